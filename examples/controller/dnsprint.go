package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/fedrail/fedrail/dns/check"
)

// dnsTargets is how many targets a column names.
const dnsTargets = 4

// dnsResult is what came of checking records.
type dnsResult struct {
	OK      bool                  `json:"ok"`
	Counts  map[check.Verdict]int `json:"counts"`
	Records []dnsRecord           `json:"records"`
}

func dnsResultOf(records []dnsRecord) dnsResult {
	r := dnsResult{Counts: map[check.Verdict]int{}, Records: records}
	for _, record := range records {
		for _, f := range record.Findings {
			r.Counts[f.Verdict]++
		}
	}
	r.OK = r.err() == nil
	return r
}

// differs tells whether something is known not to be as it should be.
func (r *dnsRecord) differs() bool {
	return r.unseen || !r.isReady() || r.endpoint.found == nil || slices.ContainsFunc(r.Findings, func(f check.Finding) bool {
		return f.Verdict != check.Right && f.Verdict != check.Unanswered
	})
}

// err is what the program ends with.
func (r dnsResult) err() error {
	wrong := 0
	for i := range r.Records {
		if r.Records[i].differs() {
			wrong++
		}
	}
	switch {
	case wrong > 0:
		return fmt.Errorf("%d of %d DNS records are not as they should be", wrong, len(r.Records))
	case r.Counts[check.Unanswered] > 0:
		return unchecked(fmt.Errorf("of %d record sets nothing is known", r.Counts[check.Unanswered]))
	}
	return nil
}

func (r dnsResult) print(out io.Writer, format string) error {
	if format == "json" {
		lines := json.NewEncoder(out)
		lines.SetIndent("", "  ")
		return lines.Encode(r)
	}
	var text strings.Builder
	for _, record := range r.Records {
		record.write(&text)
	}
	text.WriteString(r.summary() + "\n")
	_, err := io.WriteString(out, text.String())
	return err
}

// summary says how many record sets have each verdict.
func (r dnsResult) summary() string {
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

// write writes a table, the reasons, and what the record says of itself.
func (r *dnsRecord) write(out *strings.Builder) {
	fmt.Fprintf(out, "%s %s/%s, asked %s (%s)\n", r.Kind, r.Namespace, r.Name, r.Server, r.ServerFrom)
	if len(r.Findings) > 0 {
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "NAME\tTYPE\tWANT\tGOT\tVERDICT")
		for _, f := range r.Findings {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", f.Name, f.Type, named(f.Want), strings.TrimSpace(string(f.GotType)+" "+named(f.Got)), f.Verdict)
		}
		_ = table.Flush() // a builder takes everything
	}
	for _, f := range r.Findings {
		if f.Message != "" {
			fmt.Fprintf(out, "  %s %s: %s: %s\n", f.Name, f.Type, f.Verdict, f.Message)
		}
	}
	for _, note := range r.Notes {
		fmt.Fprintf(out, "  %s\n", note)
	}
	for _, c := range r.Conditions {
		fmt.Fprintf(out, "  the record's %s is %s: %s: %s\n", c.Type, c.Status, c.Reason, c.Message)
	}
	out.WriteString("\n")
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
