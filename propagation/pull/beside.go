package pull

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

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
	_ propagation.Lister     = Beside{}
	_ propagation.Searcher   = Beside{}
	_ propagation.Hearer     = Beside{}
	_ propagation.Estimator  = Beside{}
	_ propagation.Rester     = Beside{}
	_ propagation.Retrier    = Beside{}
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

// Observe implements [propagation.Observer]. Nothing is read for members that
// fetch before there is one. When one of the two ends early, so does the other.
func (b Beside) Observe(ctx context.Context, changed func(propagation.Change)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var observing sync.WaitGroup
	var failures [2]error
	observing.Go(func() {
		defer stop()
		if b.awaitMember(ctx) {
			failures[0] = observe(ctx, b.Pull, changed)
		}
	})
	observing.Go(func() {
		defer stop()
		failures[1] = observe(ctx, b.Others, changed)
	})
	observing.Wait()
	return errors.Join(failures[:]...)
}

// awaitMember waits until there is a member that fetches; false when ctx ends.
func (b Beside) awaitMember(ctx context.Context) bool {
	for members := range b.Pulling.Watch(ctx) {
		if members.Len() > 0 {
			return true
		}
	}
	return false
}

// observe has p observe, if it does, until ctx ends.
func observe(ctx context.Context, p propagation.Propagator, changed func(propagation.Change)) error {
	if o, observes := p.(propagation.Observer); observes {
		return o.Observe(ctx, changed)
	}
	<-ctx.Done()
	return nil
}

// Holders implements [propagation.Observer].
func (b Beside) Holders(key propagation.Key) []federation.ClusterName {
	return slices.Compact(sorted(append(holders(b.Pull, key), holders(b.Others, key)...)))
}

func holders(p propagation.Propagator, key propagation.Key) []federation.ClusterName {
	if o, observes := p.(propagation.Observer); observes {
		return o.Holders(key)
	}
	return nil
}

// HoldersOf are the clusters that may hold a copy of that parent, in name order.
// Of a Propagator that does not know the parents of copies, all that hold one may.
func (b Beside) HoldersOf(key propagation.Key, parent types.UID) []federation.ClusterName {
	var all []federation.ClusterName
	for _, p := range []propagation.Propagator{b.Pull, b.Others} {
		if s, searches := p.(propagation.Searcher); searches {
			all = append(all, s.HoldersOf(key, parent)...)
		} else {
			all = append(all, holders(p, key)...)
		}
	}
	return slices.Compact(sorted(all))
}

// Copies implements [propagation.Lister]. Where no Lister carries to, none are
// known.
func (b Beside) Copies(name federation.ClusterName) ([]propagation.Key, error) {
	if lister, lists := b.to(name).(propagation.Lister); lists {
		return lister.Copies(name)
	}
	return nil, nil
}

// AnswersWithin implements [propagation.Estimator].
func (b Beside) AnswersWithin(name federation.ClusterName) time.Duration {
	if e, knows := b.to(name).(propagation.Estimator); knows {
		return e.AnswersWithin(name)
	}
	return 0
}

// Silence implements [propagation.Hearer]. Where no Hearer carries to, nothing is
// known.
func (b Beside) Silence(name federation.ClusterName) error {
	if hearer, hears := b.to(name).(propagation.Hearer); hears {
		return hearer.Silence(name)
	}
	return nil
}

// Rest implements [propagation.Rester]. Where no Rester carries to, nobody acts
// unasked.
func (b Beside) Rest(name federation.ClusterName, key propagation.Key) error {
	if rester, rests := b.to(name).(propagation.Rester); rests {
		return rester.Rest(name, key)
	}
	return nil
}

// Retry implements [propagation.Retrier].
func (b Beside) Retry(name federation.ClusterName, key propagation.Key) {
	if retrier, waits := b.to(name).(propagation.Retrier); waits {
		retrier.Retry(name, key)
	}
}
