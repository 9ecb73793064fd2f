// Package checkup looks at a federation as a whole, from the host, and says of each
// thing whether it is as it should be and, where it is not, how to mend it.
package checkup

import (
	"context"
	"fmt"
	"time"

	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// Verdict is what came of a check.
type Verdict string

// The verdicts.
const (
	Good    Verdict = "Good"
	Warning Verdict = "Warning" // it works, and somebody should look at it
	Bad     Verdict = "Bad"     // something does not work because of it
	Unknown Verdict = "Unknown" // it could not be found out
)

// Finding is what one check found.
type Finding struct {
	// Subject is what was looked at: "host", "definitions", "cluster berlin".
	Subject string  `json:"subject"`
	Verdict Verdict `json:"verdict"`
	// Message says how it is, and Mend how to make it as it should be.
	Message string `json:"message"`
	Mend    string `json:"mend,omitempty"`
}

// Report is all that was found.
type Report struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Findings   []Finding `json:"findings"`
}

// Count is how many findings have a verdict.
func (r *Report) Count(v Verdict) int {
	n := 0
	for _, f := range r.Findings {
		if f.Verdict == v {
			n++
		}
	}
	return n
}

// Options say how to look.
type Options struct {
	Patience time.Duration // with each member
	Now      time.Time
	// Told is told of each finding as soon as it is there; nil is nobody.
	Told func(Finding)
}

// Examine looks at everything. It changes nothing: what an installation would write is
// asked for as a dry run.
func Examine(ctx context.Context, h *host.Host, o Options) []Finding {
	e := examination{Options: o, host: h}
	if !e.reaches(ctx) {
		return e.findings
	}
	if e.definitions(ctx) {
		e.config(ctx)
		e.controller(ctx)
		types := e.types(ctx)
		e.members(ctx, types)
		e.names(ctx)
	}
	e.rights(ctx)
	return e.findings
}

type examination struct {
	Options
	host     *host.Host
	findings []Finding
}

func (e *examination) add(f Finding) {
	e.findings = append(e.findings, f)
	if e.Told != nil {
		e.Told(f)
	}
}

func (e *examination) good(subject, format string, args ...any) {
	e.add(Finding{Subject: subject, Verdict: Good, Message: fmt.Sprintf(format, args...)})
}

// unknown says that something could not be found out.
func (e *examination) unknown(subject string, err error) {
	e.add(Finding{Subject: subject, Verdict: Unknown, Message: err.Error()})
}

// reaches says whether the host answers.
func (e *examination) reaches(ctx context.Context) bool {
	version, err := e.host.Discovery.ServerVersion()
	if err != nil || ctx.Err() != nil {
		e.add(Finding{Subject: "host", Verdict: Bad, Message: fmt.Sprintf("%s does not answer: %v", e.host.Config.Host, err),
			Mend: "--kubeconfig and --host-cluster-context choose the host"})
		return false
	}
	e.add(skew("host", version.GitVersion))
	return true
}
