// Package kubefed tells which clusters are members from the KubeFedCluster
// objects in one namespace of the host, and how to reach them from the Secrets
// that those refer to.
//
//	registry, err := kubefed.New(kubefed.Options{Host: config, Namespace: "kube-federation-system"})
//	go registry.Start(ctx)
//	for clusters := range registry.Watch(ctx) { … }
//	config, err := registry.Config("eu")
//
// It probes the members and writes what it finds to the status of their
// KubeFedClusters, when it is news. The Secret of a member holds a bearer token, a
// client certificate, or a kubeconfig file with the credential of a user: see the
// keys in package federation/apis/core/v1beta1. A renewed credential is in force at
// once, for clients made earlier too. For members of a kubeconfig file, without any
// object on the host, see package federation/kubeconfig.
package kubefed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// Options of a [Registry].
type Options struct {
	// Host reaches the API server that has the KubeFedClusters; required. It is
	// copied. In Namespace it needs list and watch of Secrets and
	// KubeFedClusters, and patch of kubefedclusters/status. Without a QPS its
	// requests are not limited.
	Host *rest.Config
	// Namespace is where the KubeFedClusters and their Secrets are; default
	// kube-federation-system.
	Namespace string
	// Exec says whether programs may run that Secrets name; default ExecRefuse.
	Exec ExecPolicy
	// Health says how members are probed; the zero Health is KubeFed's.
	Health federation.Health
	// Logger gets what a person on call acts on; the zero Logger discards.
	Logger logr.Logger
	// Recorder gets an event when a member gets into trouble or out of it; nil
	// is nobody.
	Recorder Recorder
	// OnProbe is told of each probe of a member, from several goroutines; nil is
	// nobody. It must not block.
	OnProbe func(Probe)
}

// Probe is what one probe found. A single one does not make a member ready, or
// not ready: see [Health].
type Probe struct {
	Cluster federation.ClusterName
	Took    time.Duration
	// OK says that the member is well, Reachable that it answered at all.
	OK, Reachable bool
}

// Recorder takes Kubernetes events. A [record.EventRecorder] is one. The object
// is a *corev1.ObjectReference. It is called from several goroutines and must
// not block.
type Recorder interface {
	Event(object runtime.Object, eventtype, reason, message string)
}

var (
	_ federation.Registry = (*Registry)(nil)
	_ Recorder            = record.EventRecorder(nil)
)

// Registry is a [federation.Registry] of the KubeFedClusters in a namespace. Make
// one with [New]; it knows nothing before Start has listed them. It does not wait
// for members: one that was ready when it was last recorded is ready until
// probes say otherwise, one without a record is not ready until its first probe.
// A member whose configuration cannot be understood stays in the set, not ready,
// with a Message that names the field.
//
// When a member turned is in its record too. A NoExecute taint without a timeAdded
// counts from when this registry saw it first, anew after a restart.
type Registry struct {
	options  Options
	host     dynamic.Interface
	clusters cache.SharedIndexInformer
	secrets  cache.SharedIndexInformer
	changed  chan struct{} // holds one element when the informers have news
	seed     maphash.Seed  // of the hashes in Cluster.Connection
	known    *federation.Members
	started  atomic.Bool

	mu      sync.Mutex
	members map[federation.ClusterName]*member
}

// New makes a registry, and starts nothing. The error says all that is wrong
// with the options.
func New(options Options) (*Registry, error) {
	if err := options.validate(); err != nil {
		return nil, fmt.Errorf("kubefed registry: %w", err)
	}
	options.Namespace = cmp.Or(options.Namespace, corev1beta1.DefaultNamespace)
	config := rest.CopyConfig(options.Host)
	if config.QPS == 0 && config.RateLimiter == nil {
		config.QPS = -1
	}
	host, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("kubefed registry: options: Host: %w", err)
	}
	r := &Registry{
		options: options,
		host:    host,
		changed: make(chan struct{}, 1),
		seed:    maphash.MakeSeed(),
		known:   federation.Unknown(),
		members: map[federation.ClusterName]*member{},
	}
	if err := r.makeInformers(); err != nil {
		return nil, fmt.Errorf("kubefed registry: %w", err)
	}
	return r, nil
}

func (o Options) validate() error {
	var missing error
	if o.Host == nil {
		missing = errors.New("options: Host is required")
	}
	return errors.Join(missing, o.Exec.validate(), o.Health.Validate())
}

// Snapshot implements [federation.Registry].
func (r *Registry) Snapshot() federation.ClusterSet { return r.known.Snapshot() }

// Watch implements [federation.Registry].
func (r *Registry) Watch(ctx context.Context) iter.Seq[federation.ClusterSet] {
	return r.known.Watch(ctx)
}

// Config says how to reach the member now. It is the caller's own to change. It
// has no limit on the rate of requests and no timeout: each caller knows its own.
//
// The credential is not in it, but used from memory with each request and each
// connection: clients made from it need not be made anew when it is renewed, or is
// of another kind, only when [federation.Cluster.Connection] changes. Connections
// made with a certificate that is not in force any more are closed. Clients of one
// member share connections.
//
// The error is [federation.ErrClusterNotFound] for a name that is no member, and
// else says why the member's configuration cannot be understood.
func (r *Registry) Config(name federation.ClusterName) (*rest.Config, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, found := r.members[name]
	switch {
	case !found:
		return nil, fmt.Errorf("cluster %q: %w", name, federation.ErrClusterNotFound)
	case m.problem != nil:
		return nil, fmt.Errorf("cluster %q: %w", name, m.problem)
	}
	return m.link.config(), nil
}
