package verbs_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/fedrail/fedrail/internal/controlplane"
)

func TestTypesObjectsAndClustersAreCompleted(t *testing.T) {
	w := newFederation(t, []string{"berlin", "madrid"})
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{"template": map[string]any{}})
	for want, args := range map[string][]string{
		"configmaps\nclusters\n:4\n": {"get", "c"},
		"madrid\n:4\n":               {"get", "clusters", "m"},
		"settings\n:4\n":             {"get", "configmaps", "-n", w.namespace, ""},
		"configmaps\n:6\n":           {"status", "con"},
		"cm/settings\n:4\n":          {"tree", "-n", w.namespace, "cm/s"},
		"berlin,madrid\n:4\n":        {"events", "-C", "berlin,m"},
		"members\n:4\n":              {"get", "configmaps", "--scope", "m"},
		"Applied\n:4\n":              {"status", "cm/a", "--for", "Ap"},
	} {
		// The words come last, as a shell sends them.
		require.Equal(t, want, w.completes(args...), args)
	}
	require.Equal(t, ":6\n", run(t.Context(), "", "__complete", "--kubeconfig=/none", "status", "con").out, "no host is no error")
}

// completes is what the program proposes for the last word.
func (w *world) completes(args ...string) string {
	w.Helper()
	r := run(w.Context(), "", append([]string{"__complete", "--kubeconfig=" + w.kubeconfig, "--host-cluster-context=host"}, args...)...)
	require.Zero(w, r.code, r.err)
	return r.out
}

func TestWhoMayNotReadIsToldWhat(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	config, err := w.host.ConfigFor(controlplane.User{Name: "nobody"})
	require.NoError(t, err)
	file := clientcmdapi.NewConfig()
	file.Clusters["host"] = &clientcmdapi.Cluster{Server: config.Host, CertificateAuthorityData: config.CAData}
	file.AuthInfos["nobody"] = &clientcmdapi.AuthInfo{ClientCertificateData: config.CertData, ClientKeyData: config.KeyData}
	file.Contexts["host"] = &clientcmdapi.Context{Cluster: "host", AuthInfo: "nobody"}
	content, err := clientcmd.Write(*file)
	require.NoError(t, err)
	w.kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, os.WriteFile(w.kubeconfig, content, 0o600))
	for _, args := range [][]string{{"get", "clusters"}, {"get", "configmaps"}, {"status", "cm/a"}, {"tree", "cm/a"}, {"describe", "cm/a"}, {"events"}, {"logs", "a"}} {
		r := w.fedctl(args...)
		require.Equal(t, 1, r.code, args)
		require.Regexp(t, `^error: host: .* in namespace kube-federation-system: .* is forbidden: User "nobody" cannot list resource .*\n$`, r.err)
	}
}
