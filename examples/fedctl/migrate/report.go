package migrate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Fate is what becomes of something.
type Fate string

// The fates, as they are ordered in a report.
const (
	Decide  Fate = "Decide"  // somebody should decide, or mend it
	Changes Fate = "Changes" // it is there afterwards, otherwise than before
	Goes    Fate = "Goes"    // it is not there afterwards
	Stays   Fate = "Stays"   // it is as before
)

// Entry is what becomes of one thing.
type Entry struct {
	Fate Fate `json:"fate"`
	// Subject is what it is about: "Deployment kubefed-controller-manager".
	Subject string `json:"subject"`
	// Step is that in which it happens; empty where nothing does.
	Step Step `json:"step,omitempty"`
	// Message says what, and Mend what to do where there is something to decide.
	Message string `json:"message"`
	Mend    string `json:"mend,omitempty"`
	// Objects are those that it is about, where these are several.
	Objects []string `json:"objects,omitempty"`
}

// Report says what becomes of all that an Inventory has.
type Report struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	// Runs says that KubeFed may be working, and Leads who leads of controllers of ours;
	// empty is nobody.
	Runs  bool   `json:"kubefedRuns"`
	Leads string `json:"controller,omitempty"`
	// Last is the last step that is done; empty is none.
	Last    Step    `json:"lastStep,omitempty"`
	Entries []Entry `json:"entries"`
}

// Count is how many entries have a fate.
func (r Report) Count(f Fate) int {
	n := 0
	for _, e := range r.Entries {
		if e.Fate == f {
			n++
		}
	}
	return n
}

// ReportOf works out what becomes of all that there is.
func ReportOf(in Inventory, now time.Time) Report {
	r := report{Report: Report{Namespace: in.Namespace, Runs: in.Plane.Runs(now), Last: in.State.Last()}, now: now}
	if in.Plane.Lease.HeldAt(now) {
		r.Leads = in.Plane.Lease.Holder
	}
	r.plane(in.Plane)
	r.releases(in)
	r.config(in)
	r.definitions(in)
	r.versions(in)
	r.types(in)
	r.preferences(in)
	r.members(in)
	r.behaviour()
	slices.SortStableFunc(r.Entries, func(a, b Entry) int { return rank(a.Fate) - rank(b.Fate) })
	return r.Report
}

func rank(f Fate) int { return slices.Index([]Fate{Decide, Changes, Goes, Stays}, f) }

type report struct {
	Report
	now time.Time
}

func (r *report) add(e Entry) { r.Entries = append(r.Entries, e) }

func (r *report) decide(subject, mend, format string, args ...any) {
	r.add(Entry{Fate: Decide, Subject: subject, Message: fmt.Sprintf(format, args...), Mend: mend})
}

func (r *report) stays(subject, format string, args ...any) {
	r.add(Entry{Fate: Stays, Subject: subject, Message: fmt.Sprintf(format, args...)})
}

func (r *report) changes(at Step, subject, format string, args ...any) {
	r.add(Entry{Fate: Changes, Subject: subject, Step: at, Message: fmt.Sprintf(format, args...)})
}

func (r *report) goes(at Step, subject, format string, args ...any) {
	r.add(Entry{Fate: Goes, Subject: subject, Step: at, Message: fmt.Sprintf(format, args...)})
}

// count is a number of things for people.
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// some are names for people: the first three, and how many more there are.
func some(names []string) string {
	const shown = 3
	if len(names) <= shown+1 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}

// behaviour is what is otherwise for every object.
func (r *report) behaviour() {
	const subject = "copies in members"
	r.changes(Carry, subject, "labels that others put on a copy stay: KubeFed took them off")
	r.changes(Carry, subject, "fields that the template does not name are left to whoever writes them: KubeFed wrote whole objects")
	r.stays(subject, "those that are as they should be are not written but for their marks: uids and specs stay")
}
