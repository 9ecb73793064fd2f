package capacity

import (
	"context"

	"github.com/fedrail/fedrail/federation"
)

// An Estimator tells how many more replicas of a workload would fit in a cluster.
// It is safe for concurrent use and modifies nothing that it is given. [Watcher] is
// one.
type Estimator interface {
	// Room is how many more replicas would fit now, never negative, beside the pods
	// that have a node; those that have none yet, of this workload or another, take
	// of it first. An error says, for people, why that is not known.
	Room(ctx context.Context, cluster federation.ClusterName, w Workload) (int64, error)
}
