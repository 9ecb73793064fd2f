package explanation

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

// Only leaves these clusters in; none is all.
func (e *Explanation) Only(names []string) {
	if len(names) > 0 {
		e.Clusters = slices.DeleteFunc(e.Clusters, func(c Cluster) bool { return !slices.Contains(names, c.Name) })
	}
}

// Title is the object and the summary, in a line.
func (e *Explanation) Title() string {
	name := e.Object.Name
	if e.Object.Namespace != "" {
		name = e.Object.Namespace + "/" + name
	}
	return fmt.Sprintf("%s %s: %s", e.Object.Kind, name, e.Summary)
}

// Table is the clusters for people.
func (e *Explanation) Table() *cli.Table {
	columns := cli.Columns("CLUSTER", "CHOSEN", "RECORDED", "REPLICAS", "WHY", "|", "MESSAGE")
	t := &cli.Table{Columns: columns, Empty: "the federation has no members"}
	for _, c := range e.Clusters {
		t.Rows = append(t.Rows, []string{c.Name, c.chosen(), c.recorded(), c.replicas(), c.why(), c.message()})
	}
	if e.Simulated {
		t.Keep("CLUSTER", "CHOSEN", "REPLICAS", "WHY", "MESSAGE")
	}
	return t
}

func (c Cluster) chosen() string {
	switch {
	case !c.Chosen:
		return "no"
	case c.Reason != Chosen:
		return "kept"
	}
	return "yes"
}

func (c Cluster) recorded() string {
	switch {
	case c.Recorded == nil:
		return "-"
	case c.Recorded.State == "OK" && c.Recorded.Health != "":
		return c.Recorded.Health
	}
	return c.Recorded.State
}

func (c Cluster) replicas() string {
	switch {
	case c.Replicas == nil:
		return "-"
	case c.Replicas.Given != c.Replicas.Planned:
		return fmt.Sprintf("%d of %d", c.Replicas.Given, c.Replicas.Planned)
	}
	return strconv.FormatInt(c.Replicas.Given, 10)
}

func (c Cluster) why() string {
	why := c.Message
	if c.Reason != Chosen {
		why = c.Reason + ": " + why
	}
	if c.Failed != "" {
		why += "; no copy can be made: " + c.Failed
	}
	if c.NotReady != "" {
		why += "; the cluster is not ready: " + c.NotReady
	}
	if c.Chosen && c.Replicas != nil && c.Replicas.Message != "" {
		why += "; replicas: " + c.Replicas.Message
	}
	return why
}

func (c Cluster) message() string {
	switch {
	case c.Recorded == nil:
		return ""
	case c.Recorded.Message != "":
		return c.Recorded.Message
	}
	return c.Recorded.HealthMessage
}

// Lines are what is told below the table.
func (e *Explanation) Lines(now time.Time) []string {
	var lines []string
	if e.Problem != "" {
		lines = append(lines, "Problem: "+e.Problem)
	}
	if !e.Simulated {
		lines = append(lines, e.Recorded.line(now))
	}
	if e.Replicas != nil {
		lines = append(lines, e.Replicas.line(now))
	}
	for _, c := range e.Clusters {
		if c.Differs != "" {
			lines = append(lines, "Differs: "+c.Name+": "+c.Differs)
		}
	}
	for _, note := range e.Notes {
		lines = append(lines, "Note: "+note)
	}
	return lines
}

func (r *Recorded) line(now time.Time) string {
	if r == nil {
		return "Recorded: nothing yet"
	}
	text := fmt.Sprintf("Recorded: %s, for generation %d%s", ago(r.Written, now), r.Generation, which(r.Current))
	if r.Ready == "" {
		return text
	}
	text += ": Ready is " + r.Ready
	if r.Reason != "" {
		text += " (" + r.Reason + ")"
	}
	if r.Message != "" {
		text += ": " + r.Message
	}
	return text
}

func (d *Division) line(now time.Time) string {
	text := fmt.Sprintf("Replicas: %d by planner %s of ReplicaSchedulingPreference %s", d.Total, d.Planner, d.Preference)
	switch {
	case d.Recorded:
		text += fmt.Sprintf(", recorded %s, for generation %d%s", ago(d.Written, now), d.Generation, which(d.Current))
	case d.Problem == "":
		text += ", worked out now"
	}
	if d.Problem != "" {
		text += ": " + d.Problem
	}
	return text
}

// which says of a generation whether it is the present one.
func which(current bool) string {
	if current {
		return ", the present one"
	}
	return ", an earlier one"
}
