// Package testbed runs a whole federation for a test: real API servers, the
// loops of package federated over push, and a count of every request.
package testbed

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/record"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/crds"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/crdtest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/federated"
	"github.com/fedrail/fedrail/propagation/push"
	"github.com/fedrail/fedrail/status"
)

// HostName is the name under which the host's requests are counted.
const HostName = "host"

// Bed is a host and members, and the loops between them while they run.
type Bed struct {
	testing.TB
	Host      *controlplane.Server
	Servers   []*controlplane.Server
	Members   *federation.Members // all ready, unless a test says otherwise
	Counter   *budget.Counter
	Namespace string // there everywhere, and federated everywhere
	System    string // the system namespace of this federation
	Client    dynamic.Interface

	// Types and Push are what Run makes the loops of. Clients, members, events,
	// the system namespace and the type are filled in. Types.Carry takes the place
	// of Push, unless it is nil.
	Types federated.TypesOptions
	Push  push.Options
	// Clusters take the place of Members, unless they are nil.
	Clusters push.Clusters

	// Loops are those that Run started last.
	Loops *federated.Types

	configs map[federation.ClusterName]*rest.Config
	enabled []federation.Type
	stop    func()
}

// New makes a federation of these servers in which these types, and namespaces,
// are enabled. The host may be among the members. It does not run yet.
func New(t testing.TB, host *controlplane.Server, members []*controlplane.Server, types ...federation.Type) *Bed {
	t.Helper()
	b := &Bed{TB: t, Host: host, Servers: members, Members: federation.NewMembers(), Counter: budget.New(),
		configs: map[federation.ClusterName]*rest.Config{}, stop: func() {}}
	others := slices.DeleteFunc(slices.Clone(members), func(s *controlplane.Server) bool { return s == host })
	b.Namespace = controlplanetest.Namespace(t, append(others, host)...)
	b.System = controlplanetest.Namespace(t, host)
	var err error
	b.Client, err = dynamic.NewForConfig(host.Config())
	require.NoError(t, err)
	for _, s := range members {
		b.Join(s)
	}
	definitions, err := crds.All()
	require.NoError(t, err)
	crdtest.Install(t, host.Config(), definitions...)
	b.Enable(Namespaces())
	for _, typ := range types {
		b.Enable(typ)
	}
	b.Create(Namespaces(), b.Namespace, map[string]any{"placement": map[string]any{"clusterSelector": map[string]any{}}})
	t.Cleanup(b.end)
	return b
}

// Namespaces is the type Namespace.
func Namespaces() federation.Type {
	return federation.Type{Version: "v1", Kind: "Namespace", Resource: "namespaces", Scope: federation.ClusterScoped}
}

// ConfigMaps is the type ConfigMap.
func ConfigMaps() federation.Type {
	return federation.Type{Version: "v1", Kind: "ConfigMap", Resource: "configmaps", Scope: federation.NamespaceScoped}
}

// Deployments is the type Deployment.
func Deployments() federation.Type {
	return federation.Type{Group: "apps", Version: "v1", Kind: "Deployment", Resource: "deployments", Scope: federation.NamespaceScoped}
}

// Join makes a server a member.
func (b *Bed) Join(s *controlplane.Server) {
	name := federation.ClusterName(s.Cluster())
	config := s.Config()
	config.Wrap(b.Counter.Wrap(s.Cluster()))
	b.configs[name] = config
	b.Members.Put(federation.Cluster{Name: name, Ready: true, Labels: labels.Set{"name": s.Cluster()}})
}

// As has the federation reach a member as somebody else from the next Run on.
func (b *Bed) As(s *controlplane.Server, config *rest.Config) {
	config.Wrap(b.Counter.Wrap(s.Cluster()))
	b.configs[federation.ClusterName(s.Cluster())] = config
}

// Meddle has somebody between the federation and a member from the next Run on.
// What is sent again counts again.
func (b *Bed) Meddle(s *controlplane.Server, wrap func(http.RoundTripper) http.RoundTripper) {
	b.configs[federation.ClusterName(s.Cluster())].Wrap(wrap)
}

// Enable makes the CustomResourceDefinition and the FederatedTypeConfig of a
// type. Nobody judges the copies: the servers have no controllers that would get a
// Deployment to work. See Judge.
func (b *Bed) Enable(t federation.Type) {
	b.Helper()
	b.enabled = append(b.enabled, t)
	kind := federatedkind.Kind{Target: t, Replicas: t.Group == "apps"}
	crdtest.Install(b, b.Host.Config(), kind.Definition())
	config := kind.TypeConfig(b.System)
	config.Spec.StatusCollection, config.Spec.Health.Collection = corev1beta1.Enabled, corev1beta1.Disabled
	b.Configure(config)
}

// Judge has the copies of a type judged.
func (b *Bed) Judge(t federation.Type) {
	b.Helper()
	_, err := b.Client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(b.System).Patch(context.Background(), t.String(),
		types.MergePatchType, []byte(`{"spec":{"health":{"collection":"Enabled"}}}`), metav1.PatchOptions{})
	require.NoError(b, err)
}

// Configure creates a FederatedTypeConfig.
func (b *Bed) Configure(config *corev1beta1.FederatedTypeConfig) {
	b.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(config)
	require.NoError(b, err)
	delete(content, "status")
	_, err = b.Client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(b.System).
		Create(context.Background(), &unstructured.Unstructured{Object: content}, metav1.CreateOptions{})
	require.NoError(b, err)
}

// registry is the members and how to reach them.
type registry struct {
	*federation.Members
	configs map[federation.ClusterName]*rest.Config
}

func (r registry) Config(name federation.ClusterName) (*rest.Config, error) {
	config, known := r.configs[name]
	if !known {
		return nil, federation.ErrClusterNotFound
	}
	return rest.CopyConfig(config), nil
}

// Reach is the members and how to reach them now.
func (b *Bed) Reach() push.Clusters {
	if b.Clusters != nil {
		return b.Clusters
	}
	return registry{Members: b.Members, configs: maps.Clone(b.configs)}
}

// Run starts the loops; Stop, or the end of the test, ends them. They may be
// started again.
func (b *Bed) Run() {
	b.Helper()
	config := b.Host.Config()
	config.Wrap(b.Counter.Wrap(HostName))
	client, err := dynamic.NewForConfig(config)
	require.NoError(b, err)
	clients, err := kubernetes.NewForConfig(config)
	require.NoError(b, err)
	writer, err := metadata.NewForConfig(config)
	require.NoError(b, err)
	events := record.NewBroadcaster()
	events.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: clients.CoreV1().Events("")})
	o := b.typesOptions()
	o.Client, o.Writer = client, writer
	o.Events = events.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "testbed"})
	types, err := federated.NewTypes(o)
	require.NoError(b, err)
	b.Loops = types
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- types.Start(ctx) }()
	go func() { ended <- federated.NewUnjoin(types).Start(ctx) }()
	b.stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(b, <-ended)
		require.NoError(b, <-ended)
		events.Shutdown()
	})
}

func (b *Bed) typesOptions() federated.TypesOptions {
	members := b.Reach()
	o := b.Types
	o.SystemNamespace = b.System
	o.Loop.Registry = members
	if o.Carry != nil {
		return o
	}
	within := ""
	if o.Scope == federation.NamespaceScoped {
		within = b.System
	}
	o.Carry = func(c *corev1beta1.FederatedTypeConfig) (propagation.Propagator, error) {
		p := b.Push
		p.Clusters, p.Type, p.Collection, p.Namespace = members, c.Spec.TargetType.Type(), collection(c), within
		if c.Spec.Health.Collection == corev1beta1.Enabled {
			p.Judge = status.Kinds{}
		}
		return push.New(p)
	}
	return o
}

// collection reads the status of what has one.
func collection(c *corev1beta1.FederatedTypeConfig) push.Collection {
	if c.Spec.TargetType.Kind == "Deployment" || federated.CollectsServices(c) {
		return push.Status
	}
	return push.NoStatus
}

// Stop ends the loops and waits for that.
func (b *Bed) Stop() { b.stop() }

// end lets go of everything that this federation made on shared servers.
func (b *Bed) end() {
	b.Stop()
	for _, typ := range b.enabled {
		client := b.Federated(typ)
		list, err := client.List(context.Background(), metav1.ListOptions{})
		if err != nil {
			continue // the host is gone, or was stopped
		}
		for _, o := range list.Items {
			o.SetFinalizers(nil)
			_, _ = client.Update(context.Background(), &o, metav1.UpdateOptions{})
			_ = client.Delete(context.Background(), o.GetName(), metav1.DeleteOptions{})
		}
	}
}

// Quiet waits until nothing has been sent for a second, and returns what was
// sent so far.
func (b *Bed) Quiet() budget.Requests {
	b.Helper()
	last, since := b.Counter.Requests(), time.Now()
	require.Eventually(b, func() bool {
		now := b.Counter.Requests()
		if !maps.Equal(last, now) {
			last, since = now, time.Now()
		}
		return time.Since(since) > time.Second
	}, time.Minute, 50*time.Millisecond, "requests go on and on")
	return last
}

// During returns what is sent within a time, which it waits for.
func (b *Bed) During(d time.Duration) budget.Requests {
	before := b.Counter.Requests()
	<-time.After(d)
	return b.Counter.Requests().Since(before)
}

// MemberNames are the names of the members, in order.
func (b *Bed) MemberNames() []string {
	names := make([]string, len(b.Servers))
	for i, s := range b.Servers {
		names[i] = s.Cluster()
	}
	return slices.Sorted(slices.Values(names))
}
