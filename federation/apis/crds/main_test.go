package crds_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/federation/apis/crds"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/crdtest"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// host is a client of an API server that has all definitions, and a namespace
// of the test's own on it.
func host(t *testing.T) (*dynamic.DynamicClient, string) {
	t.Helper()
	server := servers.Shared(t, "host")[0]
	all, err := crds.All()
	require.NoError(t, err)
	crdtest.Install(t, server.Config(), all...)
	client, err := dynamic.NewForConfig(server.Config())
	require.NoError(t, err)
	return client, controlplanetest.Namespace(t, server)
}

func parse(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()
	object := &unstructured.Unstructured{}
	require.NoError(t, yaml.UnmarshalStrict([]byte(manifest), &object.Object))
	return object
}
