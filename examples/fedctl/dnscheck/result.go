package dnscheck

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fedrail/fedrail/dns/check"
	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

// dnsTargets is how many targets a column names.
const dnsTargets = 4

// ResultKind is the kind of a Result.
const ResultKind = "DNSCheck"

// Result is what "dns check" prints with -o json and -o yaml.
type Result struct {
	APIVersion string `json:"apiVersion"` // cli.Version
	Kind       string `json:"kind"`       // ResultKind
	// OK says that all is right.
	OK bool `json:"ok"`
	// Counts are how many record sets have each verdict.
	Counts  map[check.Verdict]int `json:"counts"`
	Records []Record              `json:"records"`
}

// ResultOf is what came of asking about records.
func ResultOf(records []Record) Result {
	r := Result{APIVersion: cli.Version, Kind: ResultKind, Counts: map[check.Verdict]int{}, Records: records}
	if records == nil {
		r.Records = []Record{}
	}
	for _, record := range records {
		for _, f := range record.Findings {
			r.Counts[f.Verdict]++
		}
	}
	r.OK = r.Wrong() == 0 && r.Unknown() == 0
	return r
}

// Wrong is how many records are known not to be as they should be.
func (r Result) Wrong() int {
	wrong := 0
	for i := range r.Records {
		if r.Records[i].differs() {
			wrong++
		}
	}
	return wrong
}

// Unknown is of how many record sets nothing is known.
func (r Result) Unknown() int { return r.Counts[check.Unanswered] }

// differs tells whether something is known not to be as it should be.
func (r *Record) differs() bool {
	return r.unseen || !r.isReady() || r.published.found == nil || slices.ContainsFunc(r.Findings, func(f check.Finding) bool {
		return f.Verdict != check.Right && f.Verdict != check.Unanswered
	})
}

// Summary says how many record sets have each verdict.
func (r Result) Summary() string {
	var words []string
	sets := 0
	for _, v := range []check.Verdict{check.Right, check.TTL, check.Dangling, check.Differs, check.WrongType, check.Missing, check.Unanswered} {
		if n := r.Counts[v]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, v))
			sets += n
		}
	}
	text := fmt.Sprintf("%d record sets of %d DNS records", sets, len(r.Records))
	if len(words) == 0 {
		return text
	}
	return text + ": " + strings.Join(words, ", ")
}

// Title says which record it is, and who was asked.
func (r *Record) Title() string {
	return fmt.Sprintf("%s %s/%s, asked %s (%s)", r.Kind, r.Namespace, r.Name, r.Server, r.ServerFrom)
}

// Table is what was found of each record set; nil where the record has none.
func (r *Record) Table() *cli.Table {
	if len(r.Findings) == 0 {
		return nil
	}
	table := &cli.Table{Columns: cli.Columns("NAME", "TYPE", "WANT", "GOT", "VERDICT", "|", "TTL", "GOT TTL", "OWNER", "FOR")}
	for _, f := range r.Findings {
		table.Rows = append(table.Rows, []string{f.Name, string(f.Type), named(f.Want), strings.TrimSpace(string(f.GotType) + " " + named(f.Got)), string(f.Verdict),
			strconv.FormatInt(f.WantTTL, 10), strconv.FormatInt(f.GotTTL, 10), f.Owner, f.Resource})
	}
	return table
}

// Reasons are why record sets are not right, and what the record says of itself.
func (r *Record) Reasons() []string {
	var lines []string
	for _, f := range r.Findings {
		if f.Message != "" {
			lines = append(lines, fmt.Sprintf("%s %s: %s: %s", f.Name, f.Type, f.Verdict, f.Message))
		}
	}
	lines = append(lines, r.Notes...)
	for _, c := range r.Conditions {
		lines = append(lines, fmt.Sprintf("the record's %s is %s: %s: %s", c.Type, c.Status, c.Reason, c.Message))
	}
	return lines
}

// named names the first of some targets.
func named(targets []string) string {
	if len(targets) == 0 {
		return "-"
	}
	text := strings.Join(targets[:min(len(targets), dnsTargets)], ",")
	if more := len(targets) - dnsTargets; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
