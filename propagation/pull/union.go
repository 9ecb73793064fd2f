package pull

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/fedrail/fedrail/federation"
)

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
