// Package capacity tells what the pods of a workload do in each cluster, and how
// many more replicas would fit there.
//
//	w, err := capacity.New(capacity.Options{Clusters: registry, Changed: again})
//	go w.Start(ctx)
//	w.Follow("shop/web", capacity.Following{Namespace: "shop", Clusters: names, Nodes: true})
//	web, err := capacity.WorkloadOf(deployment)
//	sight, err := w.Look("berlin", web, time.Minute, time.Now())
//	more, err := w.Room(ctx, "berlin", web)
//
// A cluster is watched only as far as somebody follows what is there: one watch of
// the pods of each namespace that is followed, whoever follows it; where nodes are
// followed too, one watch of all pods in the place of those, and one of the nodes.
// The credentials of the federation need list and watch of what is watched.
// Answers come from memory.
//
// [Inventory] is what answers are made from, without any client. How many fit is
// worked out from requests, limits of pods, taints, node selectors, required node
// affinity, and whether replicas share nodes with each other. Quotas, volumes, other
// affinity between pods and spread over zones do not count, so that it may be too
// many where workloads use them.
package capacity

import (
	"cmp"
	"errors"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
)

// Clusters are the members and how to reach them. Both registries of this module
// are such: federation/kubefed and federation/kubeconfig.
type Clusters interface {
	federation.Registry
	// Config returns how to reach a member, for the caller to keep and change.
	// When it has to be asked for again, the member's Connection changes.
	Config(name federation.ClusterName) (*rest.Config, error)
}

// Options are what a [Watcher] is made of. Clusters is required.
type Options struct {
	Clusters Clusters

	// Changed is told of each change of what Look says of a namespace that is
	// followed, and of what Room says, with an empty namespace, of a cluster whose
	// nodes are. Time that passes is no change: see [Sight.PendingUntil]. It is
	// called concurrently, may call the Watcher, and must not block; nil is nobody.
	Changed func(cluster federation.ClusterName, namespace string)
	// RoomPause is how often at the most it is told of the room in one cluster;
	// default 1s.
	RoomPause time.Duration
	// Backoff and MaxBackoff bound the time between two tries to watch a member;
	// default 200ms and 5s. A member that becomes ready is tried at once.
	Backoff, MaxBackoff time.Duration

	Logger logr.Logger // the zero Logger discards
}

// backoff is the time between two tries to watch a member.
func (o Options) backoff() wait.Backoff {
	return wait.Backoff{Duration: o.Backoff, Factor: 2, Jitter: 0.2, Steps: 30, Cap: o.MaxBackoff}
}

// Watcher knows what workloads do in the clusters, as far as it is followed. It is
// safe for concurrent use. Make one with [New].
type Watcher struct {
	Options
	news chan struct{} // what is to be watched may have changed

	mu       sync.Mutex
	followed map[string]Following
	members  map[federation.ClusterName]*member // those that are watched
}

var _ Estimator = (*Watcher)(nil)

// New makes a Watcher. It starts nothing: clusters are watched while Start runs.
func New(o Options) (*Watcher, error) {
	if o.Clusters == nil {
		return nil, errors.New("capacity: Options.Clusters is required")
	}
	if o.Changed == nil {
		o.Changed = func(federation.ClusterName, string) {}
	}
	o.RoomPause = cmp.Or(o.RoomPause, time.Second)
	o.Backoff = cmp.Or(o.Backoff, 200*time.Millisecond)
	o.MaxBackoff = cmp.Or(o.MaxBackoff, 5*time.Second)
	return &Watcher{
		Options: o, news: make(chan struct{}, 1),
		followed: map[string]Following{}, members: map[federation.ClusterName]*member{},
	}, nil
}
