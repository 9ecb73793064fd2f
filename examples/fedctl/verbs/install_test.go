package verbs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

func TestAHostIsMadeTwiceAndTakenApart(t *testing.T) {
	w := newWorld(t)
	args := []string{"install", "--image", "example.com/controller:v1", "--let-follow=configmaps"}
	first := w.ok(args...)
	golden(t, "install", first.out)
	require.Equal(t, "next, let the federation carry types, such as:\n  fedctl enable namespaces deployments.apps\n", first.err)
	again := w.ok(args...)
	require.NotContains(t, again.out, "created")
	require.NotContains(t, again.out, " changed")

	require.NoError(t, w.setup().Enable(t.Context(), "namespaces", "configmaps"))
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{})
	kept := w.fedctl("uninstall", "--definitions")
	require.Equal(t, 1, kept.code)
	require.Equal(t, "error: there are objects of federatedconfigmaps.types.kubefed.io, which would be lost: delete them while the controller runs, and have the members leave\n", kept.err)
	require.NoError(t, w.objects(w.host.Config(), federatedTypes("federatedconfigmaps")).Delete(t.Context(), "settings", metav1.DeleteOptions{}))

	rehearsed := w.ok("uninstall", "--definitions", "--dry-run=server")
	golden(t, "uninstall", strings.ReplaceAll(rehearsed.out, " (server dry run)", ""))
	gone := w.ok("uninstall", "--definitions")
	golden(t, "uninstall", gone.out)
	require.Contains(t, w.ok("uninstall").out, "deployment.apps/fedrail-controller absent\n")
	w.until(func(r result) bool { return strings.Contains(r.err, "is this the host of a federation?") }, "get", "clusters")
}

func TestWhatIsInstalledCanBeWrittenToAFileWithoutAnyCluster(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, os.WriteFile(nowhere, []byte(`
apiVersion: v1
kind: Config
current-context: host
contexts: [{name: host, context: {cluster: host}}]
clusters: [{name: host, cluster: {server: "https://127.0.0.1:1"}}]
`), 0o600))
	r := run(t.Context(), "", "install", "--kubeconfig", nowhere, "--image=example.com/controller:v1", "--dry-run", "-o", "yaml")
	require.Zero(t, r.code, r.err)
	require.Empty(t, r.err)
	require.Equal(t, 12, strings.Count(r.out, "\nkind: CustomResourceDefinition\n"))
	require.Contains(t, r.out, "image: example.com/controller:v1\n")
	names := run(t.Context(), "", "install", "--kubeconfig", nowhere, "--dry-run", "-o", "name")
	golden(t, "install-names", names.out)
}

func TestWrongInstallationsAreRefused(t *testing.T) {
	w := newWorld(t)
	for args, says := range map[string]string{
		"--scope=Galaxy":    `error: --scope: got "Galaxy", want Cluster or Namespaced`,
		"--replicas=0":      "error: --replicas: got 0, want 1 or more",
		"--dry-run=perhaps": `error: invalid argument "perhaps" for "--dry-run" flag: want none, client or server`,
		"-o=xml":            "error: -o xml: want yaml, json or name",
		"--let-follow=pods": `error: --let-follow: type "pods": objects of it do not follow others`,
		"--dry-run --controller-kubeconfig=/tmp/none": "error: --controller-kubeconfig: the account has no token in a dry run",
	} {
		r := w.fedctl(append([]string{"install"}, strings.Fields(args)...)...)
		require.Equal(t, 1, r.code, args)
		require.Contains(t, r.err, says)
	}
}

func TestAControllerElsewhereGetsAFile(t *testing.T) {
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "controller.yaml")
	r := w.ok("install", "--controller-kubeconfig", file)
	require.Contains(t, r.err, "the controller runs anywhere with --kubeconfig "+file)
	got := run(t.Context(), "", "get", "clusters", "--kubeconfig", file)
	require.Equal(t, result{err: "no cluster has joined the federation yet\n"}, got)
	_, err := controlplanetest.Client(t, w.host).CoreV1().ServiceAccounts(corev1beta1.DefaultNamespace).Get(t.Context(), "fedrail-controller", metav1.GetOptions{})
	require.NoError(t, err)
}
