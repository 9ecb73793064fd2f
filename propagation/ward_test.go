package propagation_test

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/propagation/rollout"
)

// ward is members in memory whose copies are healthy when a test says so. It is
// the Health as well.
type ward struct {
	*memory.Propagator
	mu      sync.Mutex
	sick    map[federation.ClusterName]bool
	changed func(propagation.Change)
	turning func(federation.ClusterName) // before a copy gets another color; nil is nothing
}

func (w *ward) Apply(ctx context.Context, cluster federation.ClusterName, want *unstructured.Unstructured, how propagation.Holding) (propagation.Outcome, error) {
	held := w.Get(cluster, propagation.KeyOf(want))
	if w.turning != nil && held != nil && !equality.Semantic.DeepEqual(held.Object["data"], want.Object["data"]) {
		w.turning(cluster)
	}
	return w.Propagator.Apply(ctx, cluster, want, how)
}

func (w *ward) Observe(ctx context.Context, changed func(propagation.Change)) error {
	w.mu.Lock()
	w.changed = changed
	w.mu.Unlock()
	return w.Propagator.Observe(ctx, changed)
}

func (w *ward) View(cluster federation.ClusterName, want *unstructured.Unstructured, how propagation.Holding) (propagation.Sight, error) {
	sight, err := w.Propagator.View(cluster, want, how)
	w.mu.Lock()
	defer w.mu.Unlock()
	sight.Collected, sight.Status = true, map[string]any{"sick": w.sick[cluster]}
	return sight, err
}

func (w *ward) Healthy(c rollout.Copy) (bool, string) {
	return c.Status["sick"] == false, "it is sick"
}

// set makes a cluster sick, or not, and tells.
func (w *ward) set(cluster federation.ClusterName, sick bool) {
	w.mu.Lock()
	w.sick[cluster] = sick
	changed := w.changed
	w.mu.Unlock()
	changed(propagation.Change{Cluster: cluster, Key: web})
}

func newWard(sick ...federation.ClusterName) *ward {
	w := &ward{Propagator: &memory.Propagator{}, sick: map[federation.ClusterName]bool{}}
	for _, name := range sick {
		w.sick[name] = true
	}
	return w
}

// in has a world carry to the ward.
func (w *ward) in(o *propagation.Options) { o.Propagator, o.Health = w, w }
