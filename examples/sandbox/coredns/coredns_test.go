package coredns_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/examples/sandbox/coredns"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/crdtest"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// imports are in the version that is stored; the server reads the other one.
var imports = schema.GroupVersionResource{Group: "multicluster.x-k8s.io", Version: "v1beta1", Resource: "serviceimports"}

// scene is a cluster, a namespace of it, and a CoreDNS that answers for it.
type scene struct {
	cluster   *controlplane.Server
	namespace string
	dns       *coredns.Server
}

func newScene(t *testing.T) scene {
	t.Helper()
	cluster := servers.Shared(t, "m1")[0]
	definition, err := coredns.Definition(t.Context())
	require.NoError(t, err)
	crd := &apiextensionsv1.CustomResourceDefinition{}
	require.NoError(t, yaml.Unmarshal(definition, crd))
	crdtest.Install(t, cluster.Config(), crd)
	return scene{cluster, controlplanetest.Namespace(t, cluster), start(t, cluster)}
}

func start(t *testing.T, cluster *controlplane.Server) *coredns.Server {
	t.Helper()
	path, err := coredns.Build(t.Context(), t.Output())
	require.NoError(t, err)
	dir := t.TempDir()
	kubeconfig, err := cluster.Kubeconfig()
	require.NoError(t, err)
	file := filepath.Join(dir, "kubeconfig")
	require.NoError(t, os.WriteFile(file, kubeconfig, 0o600))
	server, err := coredns.Start(t.Context(), coredns.Options{Path: path, Kubeconfig: file, Context: cluster.Cluster(), Dir: dir})
	require.NoError(t, err)
	t.Cleanup(server.Stop)
	return server
}

// share makes a ServiceImport.
func (s scene) share(t *testing.T, name string, spec map[string]any) {
	t.Helper()
	client, err := dynamic.NewForConfig(s.cluster.Config())
	require.NoError(t, err)
	spec["ports"] = []any{map[string]any{"name": "http", "port": int64(80), "protocol": "TCP"}}
	_, err = client.Resource(imports).Namespace(s.namespace).Create(t.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": imports.GroupVersion().String(), "kind": "ServiceImport", "metadata": map[string]any{"name": name}, "spec": spec,
	}}, metav1.CreateOptions{})
	require.NoError(t, err)
}

// serve makes an EndpointSlice of one pod of a shared service, in another cluster.
func (s scene) serve(t *testing.T, service, cluster, hostname, address string) {
	t.Helper()
	ready, port, name, protocol := true, int32(80), "http", corev1.ProtocolTCP
	_, err := controlplanetest.Client(t, s.cluster).DiscoveryV1().EndpointSlices(s.namespace).Create(t.Context(), &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{Name: service + "-" + cluster, Labels: map[string]string{
			"multicluster.kubernetes.io/service-name":   service,
			"multicluster.kubernetes.io/source-cluster": cluster,
		}},
		AddressType: discoveryv1.AddressTypeIPv4,
		Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{address}, Hostname: &hostname, Conditions: discoveryv1.EndpointConditions{Ready: &ready}}},
		Ports:       []discoveryv1.EndpointPort{{Name: &name, Port: &port, Protocol: &protocol}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
}

// name is the shared name of a service, or of what is below it.
func (s scene) name(below string) string {
	return below + "." + s.namespace + ".svc." + coredns.DefaultZone
}

func (s scene) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.dns.Addr())
	}}
}

// awaitAddresses returns when a name has these addresses and no others.
func (s scene) awaitAddresses(t *testing.T, name string, want ...string) {
	t.Helper()
	require.Eventually(t, func() bool {
		got, err := s.resolver().LookupHost(t.Context(), name+".")
		slices.Sort(got)
		return err == nil && slices.Equal(got, want)
	}, 30*time.Second, 20*time.Millisecond, "%s never had %v", name, want)
}

func TestImportedServiceHasOneAddress(t *testing.T) {
	s := newScene(t)
	s.share(t, "web", map[string]any{"type": "ClusterSetIP", "ips": []any{"10.99.0.50"}})
	s.awaitAddresses(t, s.name("web"), "10.99.0.50")
}

func TestHeadlessServiceHasTheAddressesOfAllItsPods(t *testing.T) {
	s := newScene(t)
	s.share(t, "db", map[string]any{"type": "Headless"})
	s.serve(t, "db", "m2", "db-0", "10.2.0.7")
	s.serve(t, "db", "m3", "db-0", "10.3.0.7")
	s.awaitAddresses(t, s.name("db"), "10.2.0.7", "10.3.0.7")
	s.awaitAddresses(t, s.name("db-0.m2.db"), "10.2.0.7")

	_, ports, err := s.resolver().LookupSRV(t.Context(), "http", "tcp", s.name("db")+".")
	require.NoError(t, err)
	require.Len(t, ports, 2)
	require.EqualValues(t, 80, ports[0].Port)
}

func TestUnknownServiceHasNoName(t *testing.T) {
	s := newScene(t)
	_, err := s.resolver().LookupHost(t.Context(), s.name("absent")+".")
	var missing *net.DNSError
	require.ErrorAs(t, err, &missing)
	require.True(t, missing.IsNotFound, "%v", missing)
}

func TestStartWithoutAClusterSaysWhy(t *testing.T) {
	_, err := coredns.Start(t.Context(), coredns.Options{Dir: t.TempDir()})
	require.ErrorContains(t, err, "Kubeconfig")
}

func TestVersionIsThePinnedOne(t *testing.T) {
	pinned, err := os.ReadFile("../servers/coredns/go.mod")
	require.NoError(t, err)
	require.Contains(t, string(pinned), "github.com/coredns/coredns "+coredns.Version+"\n")
}
