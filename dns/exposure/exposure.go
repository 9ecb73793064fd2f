// Package exposure tells how Services, Ingresses and Gateways are exposed in each
// member: which addresses and hostnames their load balancers have there and, of a
// Service, how many endpoints behind it are ready.
//
//	w, err := exposure.New(exposure.Options{Clusters: registry, Changed: again})
//	go w.Start(ctx)
//	web := exposure.Subject{Kind: exposure.Service, Namespace: "shop", Name: "web"}
//	w.Follow("shop/web", exposure.Following{Subject: web, Clusters: names, Endpoints: true})
//	seen, err := w.Look("berlin", web)
//
// A cluster is watched only as far as somebody follows what is there: one watch of
// each kind, whoever follows how many of its objects, and only of objects with the
// managed label. Copies have it, and Kubernetes copies the labels of a Service to
// its EndpointSlices; those that somebody makes by hand need it. The credentials of
// the federation need list and watch of what is watched. Answers come from memory.
package exposure

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

// Kind is what is exposed.
type Kind string

// The kinds.
const (
	Service Kind = "Service"
	Ingress Kind = "Ingress" // networking.k8s.io/v1
	Gateway Kind = "Gateway" // gateway.networking.k8s.io/v1
)

// Subject is an object, the same in every cluster.
type Subject struct {
	Kind            Kind
	Namespace, Name string
}

// Exposure is how an object is exposed in one cluster, as it was last seen.
type Exposure struct {
	// Found says that it is there, and Deleting that it is about to go.
	Found, Deleting bool
	// LoadBalancer says that it is of a type that gets an address: a Service of type
	// LoadBalancer, any Ingress, any Gateway.
	LoadBalancer bool
	// Addresses and Hostnames are those of its load balancer, in order, none twice.
	// They must not be changed.
	Addresses, Hostnames []string
	// ReadyEndpoints are how many addresses behind a Service are ready; 0 where that
	// is not followed.
	ReadyEndpoints int
}

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
	// Namespace is the only one that is watched; empty is all.
	Namespace string
	// Changed is told of each change of what Look says of a subject that is followed
	// in a cluster. It is called concurrently, may call the Watcher, and must not
	// block; nil is nobody.
	Changed func(cluster federation.ClusterName, s Subject)
	// Backoff and MaxBackoff bound the time between two tries to watch a member;
	// default 200ms and 5s. A member that becomes ready is tried at once.
	Backoff, MaxBackoff time.Duration

	Logger logr.Logger // the zero Logger discards
}

// backoff is the time between two tries to watch a member.
func (o Options) backoff() wait.Backoff {
	return wait.Backoff{Duration: o.Backoff, Factor: 2, Jitter: 0.2, Steps: 30, Cap: o.MaxBackoff}
}

// Watcher knows how objects are exposed in the clusters, as far as it is followed.
// It is safe for concurrent use. Make one with [New].
type Watcher struct {
	Options
	news chan struct{} // what is to be watched may have changed

	mu       sync.Mutex
	followed map[string]Following
	by       map[Subject]map[string]bool                 // who follows a subject
	wants    map[federation.ClusterName]map[resource]int // how many need that it is watched
	members  map[federation.ClusterName]*member
}

// New makes a Watcher. It starts nothing: clusters are watched while Start runs.
func New(o Options) (*Watcher, error) {
	if o.Clusters == nil {
		return nil, errors.New("exposure: Options.Clusters is required")
	}
	if o.Changed == nil {
		o.Changed = func(federation.ClusterName, Subject) {}
	}
	o.Backoff = cmp.Or(o.Backoff, 200*time.Millisecond)
	o.MaxBackoff = cmp.Or(o.MaxBackoff, 5*time.Second)
	return &Watcher{
		Options: o, news: make(chan struct{}, 1), followed: map[string]Following{},
		by: map[Subject]map[string]bool{}, wants: map[federation.ClusterName]map[resource]int{},
		members: map[federation.ClusterName]*member{},
	}, nil
}
