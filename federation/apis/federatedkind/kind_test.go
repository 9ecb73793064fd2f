package federatedkind_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

var (
	deployment = federatedkind.Kind{
		Target:     federation.Type{Group: "apps", Version: "v1", Kind: "Deployment", Resource: "deployments", Scope: federation.NamespaceScoped},
		ShortNames: []string{"deploy"},
		Replicas:   true,
	}
	configMap = federatedkind.Kind{
		Target:     federation.Type{Version: "v1", Kind: "ConfigMap", Resource: "configmaps", Scope: federation.NamespaceScoped},
		ShortNames: []string{"cm"},
	}
	namespace = federatedkind.Kind{
		Target:     federation.Type{Version: "v1", Kind: "Namespace", Resource: "namespaces", Scope: federation.ClusterScoped},
		ShortNames: []string{"ns"},
	}
	issuer = federatedkind.Kind{
		Target:       federation.Type{Group: "cert-manager.io", Version: "v1", Kind: "ClusterIssuer", Resource: "clusterissuers", Scope: federation.ClusterScoped},
		ShortNames:   []string{"ciss", "issuers"},
		GroupVersion: schema.GroupVersion{Group: "fed.example.com", Version: "v2"},
	}
)

func TestDefinitionAndTypeConfig(t *testing.T) {
	for name, kind := range map[string]federatedkind.Kind{
		"deployment": deployment, "configmap": configMap, "namespace": namespace, "clusterissuer": issuer,
	} {
		t.Run(name, func(t *testing.T) {
			requireGolden(t, name+".definition.yaml", kind.Definition())
			requireGolden(t, name+".typeconfig.yaml", kind.TypeConfig("kube-federation-system"))
		})
	}
}

// requireGolden compares with a file in testdata, or writes it: run the test
// with -update, and read the difference.
func requireGolden(t *testing.T, file string, object any) {
	t.Helper()
	got, err := yaml.Marshal(object)
	require.NoError(t, err)
	path := filepath.Join("testdata", file)
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func TestDiscovered(t *testing.T) {
	for name, c := range map[string]struct {
		found metav1.APIResource
		want  federatedkind.Kind
	}{
		"namespaced": {
			found: metav1.APIResource{Group: "apps", Version: "v1", Kind: "Deployment", Name: "deployments", SingularName: "deployment", Namespaced: true, ShortNames: []string{"deploy"}},
			want:  federatedkind.Kind{Target: deployment.Target, ShortNames: deployment.ShortNames},
		},
		"cluster-scoped": {
			found: metav1.APIResource{Version: "v1", Kind: "Namespace", Name: "namespaces", ShortNames: []string{"ns"}},
			want:  namespace,
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, federatedkind.Discovered(c.found))
		})
	}
}

func TestFederated(t *testing.T) {
	for name, c := range map[string]struct {
		kind federatedkind.Kind
		want federation.Type
	}{
		"the scope is the target's": {kind: issuer, want: federation.Type{
			Group: "fed.example.com", Version: "v2", Kind: "FederatedClusterIssuer", Resource: "federatedclusterissuers", Scope: federation.ClusterScoped}},
		"a FederatedNamespace is namespaced": {kind: namespace, want: federation.Type{
			Group: "types.kubefed.io", Version: "v1beta1", Kind: "FederatedNamespace", Resource: "federatednamespaces", Scope: federation.NamespaceScoped}},
		"another Namespace kind is not": {
			kind: federatedkind.Kind{Target: federation.Type{Group: "example.com", Version: "v1", Kind: "Namespace", Resource: "namespaces", Scope: federation.ClusterScoped}},
			want: federation.Type{Group: "types.kubefed.io", Version: "v1beta1", Kind: "FederatedNamespace", Resource: "federatednamespaces", Scope: federation.ClusterScoped},
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, c.kind.Federated())
		})
	}
}
