// Package preference divides replicas over clusters as ReplicaSchedulingPreferences
// on the host say: of each it makes a plan, writes the clusters and one override a
// cluster into the federated object of its namespace and name, and says in its
// status what each cluster gets and why. What carries the object to the clusters
// does the rest.
//
// A preference that was written for KubeFed gets KubeFed's numbers. What decides is
// pure: package scheduling plans, package scheduling/failover says what each
// cluster is given while clusters fail, fill up and come back. What there is to
// remember is in the status of the preference, so a controller that starts anew
// goes on where another one was.
package preference

import (
	"cmp"
	"errors"

	"github.com/go-logr/logr"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/sources"
	"github.com/fedrail/fedrail/propagation"
)

// Options are what a [Controller] is made of. Client, Writer and Registry are
// required.
type Options struct {
	// Client reads from the host, and Writer writes to it.
	Client dynamic.Interface
	Writer metadata.Interface
	// SystemNamespace is where the FederatedTypeConfigs are; default
	// kube-federation-system.
	SystemNamespace string
	// Scope says whether the federation is that of the whole host, or of its
	// system namespace alone; default ClusterScoped.
	Scope federation.Scope
	// Registry knows the clusters.
	Registry federation.Registry
	// Copies know how the objects fare in the clusters; nil is that nobody knows,
	// and that no cluster waits for another.
	Copies Copies
	// Pods know what finds no room in the clusters; nil is that nobody knows.
	Pods Pods
	// Workers are how many preferences are looked at at a time; default 4.
	Workers int
	// Metrics are those of the queue; nil is none.
	Metrics workqueue.MetricsProvider
	// Events receives the events; nil drops them.
	Events record.EventRecorder
	Logger logr.Logger // the zero Logger discards
}

// Copies know how the copies of an object fare. federated.Types does. It answers
// from memory, and may be asked concurrently.
type Copies interface {
	// Look is how the object of a type is in every cluster, and false when that is
	// not known yet.
	Look(target federation.Type, key propagation.Key) (propagation.Picture, bool)
}

// Controller carries out the preferences of a host. Make it with [New].
type Controller struct {
	Options
	preferences sources.Source
	configs     sources.Source
	kinds       knownKinds
	targets     *sources.Several // of federated objects
	scales      *scales
	dirty       chan struct{} // other types may be needed
	started     chan struct{} // closed by Start
	queue       queue         // made by Start
	memory      memory
}

// New makes a Controller and starts nothing.
func New(o Options) (*Controller, error) {
	if o.Client == nil || o.Writer == nil || o.Registry == nil {
		return nil, errors.New("preference: Options need Client, Writer and Registry")
	}
	o.SystemNamespace = cmp.Or(o.SystemNamespace, corev1beta1.DefaultNamespace)
	o.Scope = cmp.Or(o.Scope, federation.ClusterScoped)
	o.Workers = cmp.Or(o.Workers, 4)
	c := &Controller{Options: o, dirty: make(chan struct{}, 1), started: make(chan struct{}), scales: &scales{client: o.Client, paths: map[federation.Type]scalePath{}}}
	c.preferences = sources.New(o.Client, preferences(), c.onlyNamespace())
	c.configs = sources.New(o.Client, typeConfigs(), o.SystemNamespace)
	c.targets = sources.NewSeveral(func(t federation.Type) sources.Source { return sources.New(o.Client, t, c.onlyNamespace()) }, c.lookAt, c.lookAtAll)
	return c, nil
}

// onlyNamespace is the one namespace that is read; empty is all.
func (c *Controller) onlyNamespace() string {
	if c.Scope == federation.NamespaceScoped {
		return c.SystemNamespace
	}
	return ""
}
