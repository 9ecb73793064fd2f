package rollout

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Copy is what is known of a copy that holds what it should.
type Copy struct {
	Kind schema.GroupKind
	// Generation is the copy's own.
	Generation int64
	// Status is the copy's, where Collected; nil when it has none yet. It must
	// not be changed.
	Status    map[string]any
	Collected bool
}

// Health judges copies. It may be called concurrently.
type Health interface {
	// Healthy says whether a copy works as it should, and when it does not, in a
	// few words what it lacks.
	Healthy(c Copy) (healthy bool, lacks string)
}

// Basic is the default [Health]. It knows Deployments: their controller has seen
// the last change, and every replica is updated and available. Any other copy is
// healthy as soon as it is there, and so is one whose status is not collected.
// The zero Basic is ready for use.
type Basic struct{}

var _ Health = Basic{}

// Healthy implements [Health].
func (Basic) Healthy(c Copy) (bool, string) {
	if !c.Collected || c.Kind != (schema.GroupKind{Group: "apps", Kind: "Deployment"}) {
		return true, ""
	}
	count := func(field string) int64 {
		n, _ := c.Status[field].(int64)
		return n
	}
	all := count("replicas")
	switch {
	case count("observedGeneration") < c.Generation:
		return false, "its controller has not seen the change yet"
	case count("updatedReplicas") < all:
		return false, fmt.Sprintf("%d of %d replicas are updated", count("updatedReplicas"), all)
	case count("unavailableReplicas") > 0:
		return false, fmt.Sprintf("%d replicas are unavailable", count("unavailableReplicas"))
	case count("availableReplicas") < all:
		return false, fmt.Sprintf("%d of %d replicas are available", count("availableReplicas"), all)
	}
	return true, ""
}
