package pull

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// Beside is a federation in which some members fetch and others are written to:
// the two Propagators as one, for a Controller whose Registry is [Union] of theirs.
// All fields are required, and set before use.
type Beside struct {
	// Pulling tells which members fetch.
	Pulling federation.Registry
	// Pull carries to those, Others to all others, which is mostly push.
	Pull   propagation.Propagator
	Others propagation.Propagator
}

var (
	_ propagation.Propagator = Beside{}
	_ propagation.Observer   = Beside{}
	_ propagation.Viewer     = Beside{}
)

func (b Beside) to(name federation.ClusterName) propagation.Propagator {
	if _, fetches := b.Pulling.Snapshot().Get(name); fetches {
		return b.Pull
	}
	return b.Others
}

// Apply implements [propagation.Propagator].
func (b Beside) Apply(ctx context.Context, name federation.ClusterName, want *unstructured.Unstructured, how propagation.Holding) (propagation.Outcome, error) {
	return b.to(name).Apply(ctx, name, want, how)
}

// Remove implements [propagation.Propagator].
func (b Beside) Remove(ctx context.Context, name federation.ClusterName, key propagation.Key, how propagation.Removal) (propagation.Outcome, error) {
	return b.to(name).Remove(ctx, name, key, how)
}

// View implements [propagation.Viewer] for members to which a Viewer carries.
func (b Beside) View(name federation.ClusterName, want *unstructured.Unstructured, how propagation.Holding) (propagation.Sight, error) {
	viewer, sees := b.to(name).(propagation.Viewer)
	if !sees {
		return propagation.Sight{}, propagation.Problemf(status.CachedRetrievalFailed, propagation.RetryOnChange,
			"what carries to cluster %s cannot tell which version it holds, as a rollout needs", name)
	}
	return viewer.View(name, want, how)
}

// Observe implements [propagation.Observer]. When one of the two ends early, so
// does the other.
func (b Beside) Observe(ctx context.Context, changed func(propagation.Change)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var observing sync.WaitGroup
	var failures [2]error
	for i, p := range []propagation.Propagator{b.Pull, b.Others} {
		if o, observes := p.(propagation.Observer); observes {
			observing.Go(func() {
				defer stop()
				failures[i] = o.Observe(ctx, changed)
			})
		}
	}
	observing.Wait()
	return errors.Join(failures[:]...)
}

// Holders implements [propagation.Observer].
func (b Beside) Holders(key propagation.Key) []federation.ClusterName {
	var holders []federation.ClusterName
	for _, p := range []propagation.Propagator{b.Pull, b.Others} {
		if o, observes := p.(propagation.Observer); observes {
			holders = append(holders, o.Holders(key)...)
		}
	}
	return slices.Compact(sorted(holders))
}

// Union is a federation.Registry of the members of several, which are known when
// those of each are: Watch waits for that, while a Snapshot taken before has those
// that are known. Of members with the same name, that of the last one counts.
func Union(registries ...federation.Registry) federation.Registry { return union(registries) }

type union []federation.Registry

// Snapshot implements [federation.Registry].
func (u union) Snapshot() federation.ClusterSet {
	var all []federation.Cluster
	for _, r := range u {
		all = slices.AppendSeq(all, r.Snapshot().All())
	}
	return federation.NewClusterSet(all...)
}

// Watch implements [federation.Registry].
func (u union) Watch(ctx context.Context) iter.Seq[federation.ClusterSet] {
	return func(yield func(federation.ClusterSet) bool) {
		ctx, stop := context.WithCancel(ctx)
		var watching sync.WaitGroup
		defer watching.Wait()
		defer stop()
		known := make(chan int)
		for i, r := range u {
			watching.Go(func() {
				for range r.Watch(ctx) {
					select {
					case known <- i:
					case <-ctx.Done():
					}
				}
			})
		}
		heard := map[int]bool{}
		for {
			select {
			case <-ctx.Done():
				return
			case i := <-known:
				heard[i] = true
			}
			if len(heard) == len(u) && !yield(u.Snapshot()) {
				return
			}
		}
	}
}
