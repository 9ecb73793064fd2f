package archive_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/archive"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

var deployments = federation.Type{Group: "apps", Version: "v1", Kind: "Deployment", Resource: "deployments", Scope: federation.NamespaceScoped}

// remains are such that every field is set.
func remains(parent string) propagation.Remains {
	grace, policy := int64(30), metav1.DeletePropagationForeground
	return propagation.Remains{
		Key:      propagation.Key{Namespace: "shop", Name: "web"},
		Clusters: []federation.ClusterName{"boston", "tokyo"},
		Removal:  propagation.Removal{Parent: types.UID(parent), Orphan: true, Spare: "spare", Grace: &grace, Policy: &policy},
	}
}

func TestWhatIsKeptIsListedUntilItIsDropped(t *testing.T) {
	host := servers.Shared(t, "host")[0]
	client, err := dynamic.NewForConfig(host.Config())
	require.NoError(t, err)
	namespace := controlplanetest.Namespace(t, host)
	long := deployments
	long.Group = strings.Repeat("long.", 20) + "example.com"
	for _, kind := range []federation.Type{deployments, long} {
		t.Run(kind.Group, func(t *testing.T) {
			a, err := archive.New(archive.Options{Client: client, Namespace: namespace, Type: kind})
			require.NoError(t, err)
			first, second := remains("first"), remains("second")
			require.NoError(t, a.Keep(t.Context(), first))
			require.NoError(t, a.Keep(t.Context(), second))
			first.Clusters = first.Clusters[:1]
			require.NoError(t, a.Keep(t.Context(), first), "replaced")
			all, err := a.List(t.Context())
			require.NoError(t, err)
			require.ElementsMatch(t, []propagation.Remains{first, second}, all)

			require.NoError(t, a.Drop(t.Context(), first))
			require.NoError(t, a.Drop(t.Context(), first), "what is not there is no error")
			all, err = a.List(t.Context())
			require.NoError(t, err)
			require.Equal(t, []propagation.Remains{second}, all)
		})
	}
}

// TestARecordThatIsNotUnderstoodProvesNothing, and keeps no other from being read.
func TestARecordThatIsNotUnderstoodProvesNothing(t *testing.T) {
	host := servers.Shared(t, "host")[0]
	client, err := dynamic.NewForConfig(host.Config())
	require.NoError(t, err)
	namespace := controlplanetest.Namespace(t, host)
	configMaps := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace(namespace)
	for name, data := range map[string]map[string]any{
		"no-json":   {"remains": "{"},
		"no-parent": {"remains": `{"name":"web","clusters":["tokyo"]}`},
		"no-data":   {},
	} {
		_, err := configMaps.Create(t.Context(), &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap", "data": data,
			"metadata": map[string]any{"name": name, "labels": map[string]any{archive.Label: "deployments.apps"}},
		}}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	a, err := archive.New(archive.Options{Client: client, Namespace: namespace, Type: deployments})
	require.NoError(t, err)
	require.NoError(t, a.Keep(t.Context(), remains("first")))
	all, err := a.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, []propagation.Remains{remains("first")}, all)
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	_, err := archive.New(archive.Options{Namespace: "system"})
	require.EqualError(t, err, "archive: Options need Client, Namespace and Type")
}
