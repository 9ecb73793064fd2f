package verbs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/examples/fedctl/migrate"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

func TestWrongMigrationsAreRefused(t *testing.T) {
	w := newWorld(t)
	for args, says := range map[string]string{
		"--step=leap":          `error: --step: got "leap", want some of backup,stop,define,carry,finish`,
		"--undo --finish":      "error: --undo takes no steps: leave --finish and --step away",
		"--finish --step=stop": "error: --finish and --step: leave one of the two away",
		"--wait=-1s":           "error: --wait: got -1s, want 0 or more",
		"-o=xml":               "error: -o xml: want one of table, wide",
		"":                     "error: the host does not know the kind FederatedTypeConfig: is this the host of a federation?",
		"--undo":               "error: no migration was begun: there is no ConfigMap kube-federation-system/fedrail-migration",
	} {
		r := w.fedctl(append([]string{"migrate", "kubefed"}, strings.Fields(args)...)...)
		require.Equal(t, 1, r.code, args)
		require.Contains(t, r.err, says)
		require.Empty(t, r.out)
	}
	guest := w.as(controlplane.User{Name: "guest"}, "migrate", "kubefed")
	require.Equal(t, 1, guest.code)
	require.Contains(t, guest.err, `error: host: ConfigMap kube-federation-system/fedrail-migration: configmaps "fedrail-migration" is forbidden: `)
}

func TestAMigrationWaitsForAllThatIsKubeFeds(t *testing.T) {
	k := newKubeFed(t)
	t.Chdir(t.TempDir()) // where the backup goes
	pods := controlplanetest.Client(t, k.host).CoreV1().Pods(corev1beta1.DefaultNamespace)
	_, err := pods.Create(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "kubefed-1", Labels: map[string]string{"kubefed-control-plane": "controller-manager"}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "one", Image: "example.com/one:1"}}}}, metav1.CreateOptions{})
	require.NoError(t, err)
	r := k.fedctl("migrate", "kubefed", "--yes", "--wait=1ms")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.err, "✗ stop\nerror: KubeFed stops, but pods are left: kubefed-1: not yet\n")
	require.NoError(t, pods.Delete(t.Context(), "kubefed-1", metav1.DeleteOptions{}))
	r = k.fedctl("migrate", "kubefed", "--yes", "--wait=1ms")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.err, "error: KubeFed stops, but kubefed-0_1 holds its lock: is it run by something else than its Deployment?: not yet\n")

	k.control()
	both := k.until(func(r result) bool { return r.code == 1 }, "migrate", "kubefed", "--yes", "--wait=1ms")
	require.Contains(t, both.err, "error: KubeFed may be working, and so is ")
	require.Contains(t, both.err, "stop that one until the step define is done")
	require.Contains(t, k.ok("migrate", "kubefed").out, "KubeFed and ")
	k.lead(time.Now().Add(-time.Hour), time.Second)
	k.ok("migrate", "kubefed", "--yes", "--step=stop,define")

	scaled := `{"spec":{"replicas":1}}`
	_, err = controlplanetest.Client(t, k.host).AppsV1().Deployments(corev1beta1.DefaultNamespace).
		Patch(t.Context(), migrate.ControllerDeployment, "application/merge-patch+json", []byte(scaled), metav1.PatchOptions{})
	require.NoError(t, err)
	again := k.fedctl("migrate", "kubefed", "--yes", "--finish")
	require.Equal(t, 1, again.code)
	require.Contains(t, again.err, "error: KubeFed may be working, and so is ")
}

func TestAMigrationReportsAMemberThatDoesNotAnswer(t *testing.T) {
	k := newKubeFed(t)
	k.clusters[1].Stop()
	r := k.fedctl("migrate", "kubefed", "--member-timeout=2s")
	require.Equal(t, 3, r.code)
	require.Contains(t, r.err, "warning: cluster madrid: ")
	require.Contains(t, r.out, "cluster madrid ")
	require.Contains(t, r.out, "make it answer, or go on: what is there is taken over when it returns")
}

func TestThereIsNothingToMigrateWhereKubeFedNeverWas(t *testing.T) {
	w := newFederation(t, nil)
	for _, args := range []string{"", "--yes"} {
		r := w.ok(append([]string{"migrate", "kubefed"}, strings.Fields(args)...)...)
		require.Equal(t, result{err: "there is nothing of KubeFed, neither on the host nor in the members\n"}, r)
	}
}
