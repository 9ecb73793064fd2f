package coredns_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/mcs-api/config/crd"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/dns/clusterset"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/crdtest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/push"
)

// fleet is two members that share services.
type fleet struct {
	*federation.Members
	servers   map[federation.ClusterName]*controlplane.Server
	namespace string
}

// Config implements push.Clusters.
func (f fleet) Config(name federation.ClusterName) (*rest.Config, error) {
	return f.servers[name].Config(), nil
}

func newFleet(t *testing.T) fleet {
	t.Helper()
	both := servers.Fresh(t, "paris", "berlin")
	f := fleet{Members: federation.NewMembers(), servers: map[federation.ClusterName]*controlplane.Server{}, namespace: controlplanetest.Namespace(t, both...)}
	for _, s := range both {
		for _, content := range [][]byte{crd.ServiceExportCRD, crd.ServiceImportCRD} {
			d := &apiextensionsv1.CustomResourceDefinition{}
			require.NoError(t, yaml.Unmarshal(content, d))
			crdtest.Install(t, s.Config(), d)
		}
		name := federation.ClusterName(s.Cluster())
		f.servers[name] = s
		f.Put(federation.Cluster{Name: name, Ready: true})
	}
	return f
}

// run shares what is exported until the test ends.
func (f fleet) run(t *testing.T) {
	t.Helper()
	c, err := clusterset.New(clusterset.Options{Clusters: f, Propagator: func(of federation.Type) (propagation.Propagator, error) {
		return push.New(push.Options{Clusters: f, Type: of, FieldManager: "clusterset", Adoption: push.Refuse})
	}})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
	})
}

// export makes a Service with one pod in a member, and exports it.
func (f fleet) export(t *testing.T, member federation.ClusterName, name, clusterIP, pod string) {
	t.Helper()
	client := controlplanetest.Client(t, f.servers[member])
	_, err := client.CoreV1().Services(f.namespace).Create(t.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       corev1.ServiceSpec{ClusterIP: clusterIP, Ports: []corev1.ServicePort{{Name: "http", Port: 80}}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	port, number, hostname := "http", int32(80), name+"-0"
	_, err = client.DiscoveryV1().EndpointSlices(f.namespace).Create(t.Context(), &discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Name: name + "-1", Labels: map[string]string{discoveryv1.LabelServiceName: name}},
		AddressType: discoveryv1.AddressTypeIPv4, Ports: []discoveryv1.EndpointPort{{Name: &port, Port: &number}},
		Endpoints: []discoveryv1.Endpoint{{Addresses: []string{pod}, Hostname: &hostname}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	exports := imports
	exports.Resource = "serviceexports"
	dynamics, err := dynamic.NewForConfig(f.servers[member].Config())
	require.NoError(t, err)
	_, err = dynamics.Resource(exports).Namespace(f.namespace).Create(t.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": exports.GroupVersion().String(), "kind": "ServiceExport", "metadata": map[string]any{"name": name},
	}}, metav1.CreateOptions{})
	require.NoError(t, err)
}

func TestWhatMembersExportHasANameInEachOfThem(t *testing.T) {
	f := newFleet(t)
	f.run(t)
	f.export(t, "paris", "db", corev1.ClusterIPNone, "10.1.0.7")
	f.export(t, "berlin", "db", corev1.ClusterIPNone, "10.2.0.7")
	f.export(t, "berlin", "web", "", "10.2.0.8")
	for name, server := range f.servers {
		t.Run(string(name), func(t *testing.T) {
			s := scene{server, f.namespace, start(t, server)}
			s.awaitAddresses(t, s.name("db"), "10.1.0.7", "10.2.0.7")
			s.awaitAddresses(t, s.name("db-0.berlin.db"), "10.2.0.7")
			derived := ""
			require.Eventually(t, func() bool {
				made, err := controlplanetest.Client(t, server).CoreV1().Services(f.namespace).Get(t.Context(), clusterset.DerivedName("web"), metav1.GetOptions{})
				if err == nil {
					derived = made.Spec.ClusterIP
				}
				return derived != ""
			}, 30*time.Second, 20*time.Millisecond)
			s.awaitAddresses(t, s.name("web"), derived)
		})
	}
}
