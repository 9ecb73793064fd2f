package dnscheck

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
)

// Ask asks about all records, one server after the other.
func Ask(ctx context.Context, records []Record, o check.Options, said *Progress) error {
	byServer := map[string][]dns.RecordSet{}
	for i := range records {
		r := &records[i]
		byServer[r.Server] = append(byServer[r.Server], r.want...)
		said.sets.Add(int64(len(r.want)))
	}
	found := map[string]map[question]check.Finding{}
	for server, want := range byServer {
		report, err := check.Check(ctx, counted{check.Server(server), said}, want, o)
		if err != nil {
			return err
		}
		found[server] = map[question]check.Finding{}
		for _, f := range report.Findings {
			found[server][question{f.Name, f.Type}] = f
		}
	}
	for i := range records {
		records[i].take(found[records[i].Server])
	}
	return nil
}

// question is what there is one finding of.
type question struct {
	name string
	kind dns.Type
}

// take takes what was found of a record's names, and says what is behind.
func (r *Record) take(found map[question]check.Finding) {
	var names []question
	for _, set := range r.want {
		names = append(names, question{strings.ToLower(strings.TrimSuffix(set.Name, ".")), set.Type})
	}
	slices.SortFunc(names, func(a, b question) int {
		return strings.Compare(a.name+" "+string(a.kind), b.name+" "+string(b.kind))
	})
	for _, name := range slices.Compact(names) {
		r.Findings = append(r.Findings, found[name])
	}
	if note := r.published.behind(); note != "" && r.isReady() && (r.published.found == nil || r.differs()) {
		r.Notes = append(r.Notes, note)
	}
}

// behind says that external-dns has not read a DNSEndpoint as it is; empty when it
// has.
func (e endpoint) behind() string {
	if e.found == nil {
		return fmt.Sprintf("DNSEndpoint %s is not there, so nothing is published: is --dns-endpoint-group that of the controller?", e.name)
	}
	switch seen := e.found.Status.ObservedGeneration; {
	case seen == 0:
		return fmt.Sprintf("external-dns has never read DNSEndpoint %s: does it run with --source=crd, and for this API group?", e.name)
	case seen < e.found.Generation:
		return fmt.Sprintf("external-dns has read generation %d of DNSEndpoint %s, which is at %d", seen, e.name, e.found.Generation)
	}
	return ""
}

// counted counts the questions.
type counted struct {
	check.Asker
	said *Progress
}

func (c counted) Ask(ctx context.Context, q check.Question) (check.Answer, error) {
	defer c.said.asked.Add(1)
	return c.Asker.Ask(ctx, q)
}

// progressPause is until something is told, and between that and the next.
const progressPause = 2 * time.Second

// Progress tells whoever waits how far it is.
type Progress struct {
	sets, asked atomic.Int64
	stop, ended chan struct{}
}

// Begin tells from time to time how far it is, until End.
func Begin(tell func(text string)) *Progress {
	p := &Progress{stop: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		ticks := time.NewTicker(progressPause)
		defer ticks.Stop()
		for {
			select {
			case <-p.stop:
				return
			case <-ticks.C:
				tell(p.String())
			}
		}
	}()
	return p
}

// String says how far it is.
func (p *Progress) String() string {
	if p.sets.Load() == 0 {
		return "reading the records on the host"
	}
	return fmt.Sprintf("asking about %d record sets: %d questions are done", p.sets.Load(), p.asked.Load())
}

// End returns when nothing more is told.
func (p *Progress) End() {
	close(p.stop)
	<-p.ended
}
