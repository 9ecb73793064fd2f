package propagation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/rollout"
	"github.com/fedrail/fedrail/status"
)

// A Viewer is a [Propagator] that knows which version of an object a cluster
// holds. A rollout needs one.
type Viewer interface {
	// View says what a cluster holds of want, from memory and without a request.
	// An error says that it is not known; a *[Problem], why. It may be called
	// concurrently and does not modify its arguments.
	View(cluster federation.ClusterName, want *unstructured.Unstructured, how Holding) (Sight, error)
}

// Sight is what is known of a copy.
type Sight struct {
	// Held says that there is a copy, Wanted that it is of the version that was
	// asked for: what others changed in it since does not count.
	Held, Wanted bool
	// Parent is the UID recorded on the copy; empty where that is not known.
	Parent types.UID
	// Vitals are the copy's, where somebody judges it; zero otherwise.
	Vitals status.Vitals
	// Status is that of the copy, where the Propagator reads it; nil otherwise.
	Status map[string]any
	// Yielded are the fields that are left to somebody else.
	Yielded []Taken
}

// observed is that as the observation of a copy that is as it should be.
func (s Sight) observed(name federation.ClusterName) status.Observation {
	return observed(name, Outcome{Status: s.Status, Vitals: s.Vitals, Yielded: s.Yielded})
}

// refuseRollout says why a rollout cannot be followed; nil when it can, or when
// none is asked for.
func (c *Controller) refuseRollout(in Intent) error {
	if in.Rollout == nil {
		return nil
	}
	if _, sees := c.Propagator.(Viewer); !sees {
		return errors.New("rollout: what carries this type cannot tell which version a cluster holds; take the rollout away, and changes go to all clusters at once")
	}
	if err := in.Rollout.Validate(); err != nil {
		return fmt.Errorf("rollout: %w", err)
	}
	return nil
}

// stage has the rollout of an object decide which clusters may be changed now,
// and opens their lanes. It is part of the report loop, so that a cluster is
// changed only after it was written down that it is.
func (c *Controller) stage(ctx context.Context, key Key, o *object) {
	s, staged := o.stage()
	if !staged {
		return
	}
	now := time.Now().Round(0).UTC()
	r := rollout.Request{Policy: *s.job.intent.Rollout, Now: now}
	found := map[federation.ClusterName]finding{}
	for _, at := range s.clusters {
		n, f := c.view(ctx, s.job, at)
		n.Progress = s.recall(at, n, now)
		r.Clusters = append(r.Clusters, n)
		found[n.Name] = f
	}
	d := rollout.Decide(r)
	for _, name := range o.follow(s.revision, d, found) {
		if l, known := c.lanes.get(name); known {
			l.queue.Forget(key)
			l.queue.Add(key)
		}
	}
	if !d.Next.IsZero() {
		c.reports.AddAfter(key, max(d.Next.Sub(now), time.Millisecond))
	}
}

// view is what a cluster holds and should hold; the finding says how that fares,
// or why it is not known.
func (c *Controller) view(ctx context.Context, j job, at stagedCluster) (rollout.Cluster, finding) {
	n := rollout.Cluster{Name: at.name}
	unknown := func(f finding) (rollout.Cluster, finding) {
		n.Why = f.seen.Message
		return n, f
	}
	seen, known := c.lanes.snapshot().Get(at.name)
	if !known {
		return unknown(blockedBy(at.name, Problemf(status.ClusterNotReady, RetryOnChange, "the cluster has left the federation")))
	}
	now, _ := c.Registry.Snapshot().Get(at.name)
	member := worst(seen, now)
	n.Labels = member.Labels
	want, err := c.tailor(ctx, seen, j)
	if err != nil {
		return unknown(blockedBy(at.name, Problemf(status.ApplyOverridesFailed, RetryOnChange, "%w", err)))
	}
	n.Want = versionOf(want)
	if !member.Ready {
		return unknown(blockedBy(at.name, notReady(member, true)))
	}
	sight, err := c.Propagator.(Viewer).View(at.name, want, j.holding())
	if err != nil {
		return unknown(failed(at.name, err, status.CachedRetrievalFailed, status.CachedRetrievalFailed))
	}
	n.Holds = sight.holds()
	n.Healthy, n.Ailment = rollout.Fit(sight.Vitals)
	if at.ailment != "" {
		n.Healthy, n.Ailment = false, at.ailment
	}
	return n, finding{seen: status.Observation{Cluster: at.name, Vitals: sight.Vitals}}
}

// holds is that in the words of a rollout.
func (s Sight) holds() rollout.Holds {
	switch {
	case s.Wanted:
		return rollout.Wanted
	case s.Held:
		return rollout.Another
	}
	return rollout.Nothing
}

// versionOf names the object as it should be in one cluster: equal objects,
// equal names.
func versionOf(want *unstructured.Unstructured) string {
	plain, err := want.MarshalJSON()
	if err != nil {
		return "" // what cannot be encoded is never written either
	}
	sum := sha256.Sum256(plain)
	return hex.EncodeToString(sum[:8])
}
