package externaldns_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/examples/sandbox/externaldns"
	"github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/crdtest"
	"github.com/fedrail/fedrail/internal/nameserver"
	"github.com/fedrail/fedrail/internal/nameserver/nameservertest"
)

const zone = "fed.example.test"

// buildEnv lets the test build external-dns when it says "build".
const buildEnv = "FEDRAIL_EXTERNAL_DNS"

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// program is the path of external-dns. It is not built for a test unless that is
// asked for.
func program(t *testing.T) string {
	t.Helper()
	built, err := externaldns.IsBuilt()
	require.NoError(t, err)
	if !built && os.Getenv(buildEnv) != "build" {
		t.Skipf("external-dns is not built: run this with %s=build, once; that takes some minutes", buildEnv)
	}
	path, err := externaldns.Build(t.Context(), t.Output())
	require.NoError(t, err)
	return path
}

// scene is a host whose DNSEndpoints are published in a zone.
type scene struct {
	names     *nameserver.Server
	endpoints dynamic.ResourceInterface
}

func newScene(t *testing.T) scene {
	t.Helper()
	path, names := program(t), nameservertest.Start(t, zone, "other 60 IN A 192.0.2.99")
	host := servers.Shared(t, "host")[0]
	definition, err := externaldns.Definition(t.Context())
	require.NoError(t, err)
	crd := &apiextensionsv1.CustomResourceDefinition{}
	require.NoError(t, yaml.Unmarshal(definition, crd))
	crdtest.Install(t, host.Config(), crd)
	publish(t, host, externaldns.Options{Path: path, Server: names.Addr(), Zone: zone, Key: names.Key().Name, Secret: names.Key().Secret, Owner: "test"})
	client, err := dynamic.NewForConfig(host.Config())
	require.NoError(t, err)
	endpoints := client.Resource(v1alpha1.DNSEndpoints())
	return scene{names, endpoints.Namespace(controlplanetest.Namespace(t, host))}
}

func publish(t *testing.T, host *controlplane.Server, opts externaldns.Options) {
	t.Helper()
	kubeconfig, err := host.Kubeconfig()
	require.NoError(t, err)
	opts.Dir = t.TempDir()
	opts.Kubeconfig = filepath.Join(opts.Dir, "kubeconfig")
	require.NoError(t, os.WriteFile(opts.Kubeconfig, kubeconfig, 0o600))
	process, err := externaldns.Start(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(func() {
		process.Stop()
		if t.Failed() {
			t.Log(process.LogTail())
		}
	})
}

// declare says which addresses a name has.
func (s scene) declare(t *testing.T, name string, addresses ...string) {
	t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&v1alpha1.DNSEndpoint{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion().String(), Kind: "DNSEndpoint"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: v1alpha1.DNSEndpointSpec{Endpoints: []v1alpha1.Endpoint{
			{DNSName: name + "." + zone, RecordType: "A", Targets: addresses, RecordTTL: 5},
		}},
	})
	require.NoError(t, err)
	_, err = s.endpoints.Apply(t.Context(), name, &unstructured.Unstructured{Object: content}, metav1.ApplyOptions{FieldManager: "test", Force: true})
	require.NoError(t, err)
}

// await returns when a name has these addresses and no others; none is that there is
// no such name.
func (s scene) await(t *testing.T, name string, want ...string) {
	t.Helper()
	began := time.Now()
	require.Eventually(t, func() bool {
		got, err := s.resolver().LookupHost(t.Context(), name+"."+zone+".")
		slices.Sort(got)
		var missing *net.DNSError
		absent := errors.As(err, &missing) && missing.IsNotFound
		return (err == nil || absent) && slices.Equal(got, want)
	}, time.Minute, 20*time.Millisecond, "%s never had %v", name, want)
	t.Logf("%s has %v after %s", name, want, time.Since(began).Round(100*time.Millisecond))
}

func TestRecordComesChangesAndGoes(t *testing.T) {
	s := newScene(t)
	s.declare(t, "web", "192.0.2.1", "192.0.2.2")
	s.await(t, "web", "192.0.2.1", "192.0.2.2")

	s.declare(t, "web", "192.0.2.2", "192.0.2.3")
	s.await(t, "web", "192.0.2.2", "192.0.2.3")

	require.NoError(t, s.endpoints.Delete(t.Context(), "web", metav1.DeleteOptions{}))
	s.await(t, "web")
	s.await(t, "other", "192.0.2.99")
}

func TestStartWithoutAnOptionNamesIt(t *testing.T) {
	_, err := externaldns.Start(t.Context(), externaldns.Options{Path: "external-dns", Kubeconfig: "kubeconfig", Zone: zone})
	require.EqualError(t, err, "start external-dns: set Server")
}

func TestVersionIsThePinnedOne(t *testing.T) {
	pinned, err := os.ReadFile("../servers/externaldns/go.mod")
	require.NoError(t, err)
	require.Contains(t, string(pinned), "sigs.k8s.io/external-dns "+externaldns.Version+" ")
}

// resolver asks the server of the zone and no other.
func (s scene) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.names.Addr())
	}}
}
