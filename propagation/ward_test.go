package propagation_test

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

// ward is members in memory whose copies are healthy when a test says so.
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
	out, err := w.Propagator.Apply(ctx, cluster, want, how)
	out.Vitals = w.vitals(cluster)
	return out, err
}

func (w *ward) Observe(ctx context.Context, changed func(propagation.Change)) error {
	w.mu.Lock()
	w.changed = changed
	w.mu.Unlock()
	return w.Propagator.Observe(ctx, changed)
}

func (w *ward) View(cluster federation.ClusterName, want *unstructured.Unstructured, how propagation.Holding) (propagation.Sight, error) {
	sight, err := w.Propagator.View(cluster, want, how)
	sight.Vitals = w.vitals(cluster)
	return sight, err
}

// vitals are those of the copies in a cluster.
func (w *ward) vitals(cluster federation.ClusterName) status.Vitals {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sick[cluster] {
		return status.Vitals{Health: status.Progressing, Message: "it is sick"}
	}
	return status.Vitals{Health: status.Healthy}
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
func (w *ward) in(o *propagation.Options) { o.Propagator = w }
