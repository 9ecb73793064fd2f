// Package externaldns publishes the names of federated Services, Ingresses and
// Gateways as ServiceDNSRecords, IngressDNSRecords and GatewayDNSRecords on the host
// ask for: of each record it makes a DNSEndpoint, which external-dns carries to a
// DNS provider, and says in the record's status what is published of each cluster,
// and why not more.
//
// Records and Domains that were written for KubeFed apply unchanged, and get
// KubeFed's names. What decides is pure: package dns makes the record sets, package
// dns/failover says which clusters count. What is exposed in the clusters is seen
// by package dns/exposure. What there is to remember is in the status of the
// records, so a controller that starts anew goes on where another one was.
package externaldns

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	"github.com/fedrail/fedrail/internal/sources"
	"github.com/fedrail/fedrail/propagation"
)

// Options are what a [Controller] is made of. Client, Writer, Registry and Exposures
// are required.
type Options struct {
	// Client reads from the host, and Writer writes to it.
	Client dynamic.Interface
	Writer metadata.Interface
	// SystemNamespace is where the Domains and FederatedTypeConfigs are; default
	// kube-federation-system.
	SystemNamespace string
	// Scope says whether the federation is that of the whole host, or of its
	// system namespace alone; default ClusterScoped.
	Scope federation.Scope
	// Kinds are the kinds of records that are carried out; empty is all.
	Kinds []Kind
	// Registry knows the clusters.
	Registry federation.Registry
	// Exposures see what is exposed in the clusters. Whoever makes them has
	// [Controller.ExposureChanged] told of changes.
	Exposures Exposures
	// Placements know where federated objects are now; nil is that only their own
	// status says so.
	Placements Placements
	// Endpoints is where DNSEndpoints are written: those of external-dns, which is
	// the default, or the ones that KubeFed had, for external-dns up to v0.20.
	Endpoints schema.GroupVersionResource
	// Resolver looks hostnames of load balancers up, where their addresses are
	// needed; default that of this machine.
	Resolver Resolver
	// RefreshPause is how long an address that was looked up counts as known; default
	// 1m.
	RefreshPause time.Duration
	// PublishTime is how long external-dns takes, at the most, to carry out what it is
	// told; default 1m. See [Controller.Graceful].
	PublishTime time.Duration
	// Workers are how many records are looked at at a time; default 4.
	Workers int
	// Metrics are those of the queue; nil is none.
	Metrics workqueue.MetricsProvider
	// Events receives the events; nil drops them.
	Events record.EventRecorder
	Logger logr.Logger // the zero Logger discards
}

// Exposures see what is exposed in the clusters. [exposure.Watcher] does. They
// answer from memory, and may be asked concurrently.
type Exposures interface {
	Follow(by string, f exposure.Following)
	Release(by string)
	Look(cluster federation.ClusterName, s exposure.Subject) (exposure.Exposure, error)
}

// Placements know where objects are. federated.Types does. They answer from memory,
// and may be asked concurrently.
type Placements interface {
	// Look is how the object of a type is in every cluster, and false when that is
	// not known yet.
	Look(target federation.Type, key propagation.Key) (propagation.Picture, bool)
}

// Resolver looks the addresses of a name up, as [net.Resolver] does.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Controller publishes the names of a host. Make it with [New].
type Controller struct {
	Options
	kinds     []kind
	records   map[Kind]sources.Source
	domains   sources.Source
	configs   sources.Source
	endpoints sources.Source
	federated *sources.Several // the federated objects that records speak of
	types     federatedTypes
	claims    claims
	sent      sent
	memory    memory
	dirty     chan struct{} // other types may be needed
	started   chan struct{} // closed by Start
	startedAt time.Time     // set by then
	begun     chan struct{} // closed when all records are known
	// What Start makes.
	queue   queue
	told    workqueue.TypedRateLimitingInterface[string]
	lookups *lookups
}

// New makes a Controller and starts nothing.
func New(o Options) (*Controller, error) {
	if o.Client == nil || o.Writer == nil || o.Registry == nil || o.Exposures == nil {
		return nil, errors.New("externaldns: Options need Client, Writer, Registry and Exposures")
	}
	o = o.withDefaults()
	kinds, err := kindsOf(o.Kinds)
	if err != nil {
		return nil, err
	}
	c := &Controller{Options: o, kinds: kinds, records: map[Kind]sources.Source{}, dirty: make(chan struct{}, 1), started: make(chan struct{}), begun: make(chan struct{})}
	for _, k := range kinds {
		c.records[k.Kind] = c.source(k.record(), c.onlyNamespace())
	}
	c.domains = c.source(domains(), o.SystemNamespace)
	c.configs = c.source(typeConfigs(), o.SystemNamespace)
	c.endpoints = c.source(c.endpointType(), c.onlyNamespace())
	c.federated = sources.NewSeveral(func(t federation.Type) sources.Source { return c.source(t, c.onlyNamespace()) },
		c.federatedChanged, c.lookAtAll)
	return c, nil
}

func (o Options) withDefaults() Options {
	o.SystemNamespace = cmp.Or(o.SystemNamespace, corev1beta1.DefaultNamespace)
	o.Scope = cmp.Or(o.Scope, federation.ClusterScoped)
	o.Endpoints = cmp.Or(o.Endpoints, externaldnsv1alpha1.DNSEndpoints())
	o.Workers = cmp.Or(o.Workers, 4)
	o.PublishTime = cmp.Or(o.PublishTime, time.Minute)
	o.RefreshPause = cmp.Or(o.RefreshPause, time.Minute)
	if o.Resolver == nil {
		o.Resolver = &net.Resolver{}
	}
	return o
}

// source is the objects of a type on the host.
func (c *Controller) source(t federation.Type, namespace string) sources.Source {
	return sources.New(c.Client, t, namespace)
}

// onlyNamespace is the one namespace that is read; empty is all.
func (c *Controller) onlyNamespace() string {
	if c.Scope == federation.NamespaceScoped {
		return c.SystemNamespace
	}
	return ""
}

// endpointType is the type of the objects that are written.
func (c *Controller) endpointType() federation.Type {
	e := c.Options.Endpoints
	return federation.Type{Group: e.Group, Version: e.Version, Kind: "DNSEndpoint", Resource: e.Resource, Scope: federation.NamespaceScoped}
}

func domains() federation.Type {
	return federation.Type{Group: v1alpha1.Group, Version: v1alpha1.Version, Kind: "Domain", Resource: "domains", Scope: federation.NamespaceScoped}
}

func typeConfigs() federation.Type {
	return federation.Type{Group: corev1beta1.Group, Version: corev1beta1.Version, Kind: "FederatedTypeConfig",
		Resource: "federatedtypeconfigs", Scope: federation.NamespaceScoped}
}
