package kubefed

import (
	"context"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/health"
)

// told is the subject, each of its probes told to OnProbe.
func (r *Registry) told(name federation.ClusterName, subject health.Subject) health.Subject {
	if r.options.OnProbe == nil {
		return subject
	}
	return told{Subject: subject, name: name, tell: r.options.OnProbe}
}

type told struct {
	health.Subject
	name federation.ClusterName
	tell func(Probe)
}

// Probe implements [health.Subject]. A probe that was given up is not told.
func (t told) Probe(ctx context.Context) health.Result {
	began := time.Now()
	found := t.Subject.Probe(ctx)
	if ctx.Err() == nil {
		t.tell(Probe{Cluster: t.name, Took: time.Since(began), OK: found.OK, Reachable: found.Reachable})
	}
	return found
}
