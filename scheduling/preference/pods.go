package preference

import (
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/scheduling/capacity"
)

// Pods know which pods of a workload find no room in a cluster, and how many more
// would. capacity.Watcher does. It is used concurrently.
type Pods interface {
	// Follow has what somebody wants to know watched, until Release or another
	// Follow of the key.
	Follow(key string, what capacity.Following)
	Release(key string)
	// Look says what the pods do at a time; an error says why that is not known.
	Look(cluster federation.ClusterName, w capacity.Workload, unschedulableFor time.Duration, now time.Time) (capacity.Sight, error)
	// Room is how many more replicas fit; an error says why that is not known.
	capacity.Estimator
}

// podsPause is how long to wait after pods have changed: others are about to.
const podsPause = time.Second

// PodsChanged is to be called when what Pods say has changed: of the pods of a
// namespace in a cluster or, when the namespace is empty, of the room in it. It is
// for the Changed of capacity.Options, may be called concurrently, and does not
// block.
func (c *Controller) PodsChanged(_ federation.ClusterName, namespace string) {
	select {
	case <-c.started:
	default:
		return // nobody has asked yet
	}
	for _, p := range c.preferences.All() {
		if namespace == p.GetNamespace() || namespace == "" && mayMindRoom(p) {
			c.queue.AddAfter(propagation.KeyOf(p), podsPause)
		}
	}
}

// mayMindRoom says whether the room in clusters may count for a preference.
func mayMindRoom(p *unstructured.Unstructured) bool {
	planner, _, _ := unstructured.NestedString(p.Object, "spec", "planner")
	return planner != "" && planner != string(v1alpha1.PlannerKubeFed)
}
