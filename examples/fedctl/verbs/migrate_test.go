package verbs_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/examples/fedctl/migrate"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

func TestAFederationIsTakenOverFromKubeFedWhereItIs(t *testing.T) {
	k := newKubeFed(t)
	before := k.held(t.Context())
	k.reports()
	require.Equal(t, versions(before), versions(k.held(t.Context())), "nothing is written by a report")

	backup := filepath.Join(t.TempDir(), "backup.yaml")
	r := k.fedctl("migrate", "kubefed", "--yes", "--step=define")
	require.Equal(t, "✗ define\nerror: step define: the step backup comes first\n", r.err[strings.LastIndex(r.err, "✗"):])
	k.lead(time.Now(), time.Second) // and not again: its pods are gone
	first := k.ok("migrate", "kubefed", "--yes", "--backup", backup)
	require.Contains(t, first.err, "✓ backup: written to "+backup+"\n✓ stop: KubeFed does not run, and 2 webhook configurations are gone\n✓ define: 7 definitions are new, 15 changed, 0 are as they were\n")
	require.Contains(t, first.err, "fedctl install --image IMAGE")
	k.backedUp(backup)
	again := k.ok("migrate", "kubefed", "--yes")
	require.Contains(t, again.err, "✓ define: 0 definitions are new, 0 changed, 21 are as they were\n")
	require.Empty(t, again.out, "the report is for the first time")
	require.Equal(t, versions(before), versions(k.held(t.Context())), "nobody has touched a copy")

	none := k.fedctl("migrate", "kubefed", "--yes", "--wait=1ms")
	require.Equal(t, 2, none.code)
	require.Contains(t, none.err, "no controller holds the Lease kube-federation-system/kubefed-controller-manager: not yet")

	k.control()
	carried := k.ok("migrate", "kubefed", "--yes", "--wait=1m")
	require.Contains(t, carried.err, " leads, carries 10 types, and owns 19 copies\n")
	k.unchanged(before)
	k.reportsWell()

	refused := k.fedctl("migrate", "kubefed", "--undo", "--yes")
	require.Equal(t, 1, refused.code)
	require.Contains(t, refused.err, "stop it first")

	done := k.ok("migrate", "kubefed", "--yes", "--finish")
	require.Contains(t, done.err, "✓ finish: 13 objects of KubeFed are deleted, and all PropagatedVersions with their definitions\n")
	k.clean()
	k.unchanged(before)
	over := k.fedctl("migrate", "kubefed", "--undo", "--yes")
	require.Contains(t, over.err, "there is no way back")
	k.goesOn()
}

// reports requires the report that nobody has acted on yet.
func (k *kubefed) reports() {
	k.Helper()
	r := k.ok("migrate", "kubefed")
	golden(k.T, "migrate-report", r.out)
	require.Contains(k, r.err, "nothing was changed; to take the steps:\n  fedctl migrate kubefed --yes\n")
	asked := k.ok("migrate", "kubefed", "--dry-run", "--yes", "-o", "json")
	var report migrate.Report
	require.NoError(k, json.Unmarshal([]byte(asked.out), &report))
	require.True(k, report.Runs)
	require.Empty(k, report.Last)
}

// backedUp requires that a file has what was there, and no secret.
func (k *kubefed) backedUp(file string) {
	k.Helper()
	content, err := os.ReadFile(file)
	require.NoError(k, err)
	kinds := map[string]int{}
	for _, o := range k.documents(string(content)) {
		kinds[o.GetKind()]++
		require.Empty(k, o.GetResourceVersion())
		if o.GetKind() == "Deployment" && o.GetName() == migrate.ControllerDeployment {
			require.Equal(k, int64(2), o.Object["spec"].(map[string]any)["replicas"])
		}
	}
	require.Equal(k, map[string]int{"Deployment": 2, "ValidatingWebhookConfiguration": 1, "MutatingWebhookConfiguration": 1, "CustomResourceDefinition": 17}, kinds)
	require.NotContains(k, string(content), "not-for-any-backup")
}

// unchanged requires that all copies are those that there were, as they were but for our
// marks and what KubeFed left out.
func (k *kubefed) unchanged(before map[string]*unstructured.Unstructured) {
	k.Helper()
	now := k.held(k.Context())
	require.Len(k, now, len(before))
	for name, was := range before {
		is := now[name]
		require.NotNil(k, is, name)
		require.Equal(k, was.GetUID(), is.GetUID(), name)
		require.Equal(k, was.GetLabels(), is.GetLabels(), name)
		for _, field := range []string{"spec", "data", "rules", "type", "automountServiceAccountToken"} {
			require.Equal(k, was.Object[field], is.Object[field], name)
		}
	}
	notes := now["berlin Deployment web"].GetAnnotations()
	require.Equal(k, "shop", notes["example.com/owner"], "annotations of the template are carried")
}

// reportsWell requires that statuses say what is so.
func (k *kubefed) reportsWell() {
	k.Helper()
	for name, propagated := range map[string]string{"federatedconfigmaps/settings": "True", "federatedconfigmaps/broken": "False", "federateddeployments/web": "True",
		"federatedsecrets/login": "True", "federatedservices/web": "True", "federatedjobs/once": "True", "federatedreplicasets/cache": "True"} {
		plural, object, _ := strings.Cut(name, "/")
		require.Eventually(k, func() bool {
			found, err := k.world.objects(k.host.Config(), federatedTypes(plural)).Get(k.Context(), object, metav1.GetOptions{})
			return err == nil && condition(found, "Propagation") == propagated && condition(found, "Applied") != ""
		}, soon, tick, name)
	}
}

func condition(o *unstructured.Unstructured, kind string) string {
	all, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, c := range all {
		if c.(map[string]any)["type"] == kind {
			return c.(map[string]any)["status"].(string)
		}
	}
	return ""
}

// clean requires that nothing of KubeFed is left on the host but what is the users'.
func (k *kubefed) clean() {
	k.Helper()
	for _, o := range append(k.documents(string(k.read("plane.yaml"))), k.documents(string(k.read("webhooks.yaml")))...) {
		_, err := k.at(k.host, o).Get(k.Context(), o.GetName(), metav1.GetOptions{})
		switch o.GetName() {
		case "kubefed", "kubefed-edit", "sh.helm.release.v1.kubefed.v1":
			require.NoError(k, err, o.GetName())
		default:
			require.True(k, apierrors.IsNotFound(err), "%s %s: %v", o.GetKind(), o.GetName(), err)
		}
	}
	definitions, err := dynamic.NewForConfig(k.host.Config())
	require.NoError(k, err)
	_, err = definitions.Resource(migrate.Definitions()).Get(k.Context(), "propagatedversions.core.kubefed.io", metav1.GetOptions{})
	require.True(k, apierrors.IsNotFound(err))
}

// goesOn requires that changes are carried: also that what a template leaves out goes.
func (k *kubefed) goesOn() {
	k.Helper()
	settings := k.world.objects(k.host.Config(), federatedTypes("federatedconfigmaps"))
	_, err := settings.Patch(k.Context(), "settings", "application/merge-patch+json", []byte(`{"spec":{"template":{"data":{"size":null}}}}`), metav1.PatchOptions{})
	require.NoError(k, err)
	require.Eventually(k, func() bool {
		data, _, _ := unstructured.NestedStringMap(k.held(k.Context())["madrid ConfigMap settings"].Object, "data")
		return len(data) == 1 && data["color"] == "red"
	}, soon, tick)
}

func versions(held map[string]*unstructured.Unstructured) map[string]string {
	all := map[string]string{}
	for name, o := range held {
		all[name] = o.GetResourceVersion()
	}
	return all
}

func TestAMigrationIsUndoneUntilItsLastStep(t *testing.T) {
	k := newKubeFed(t)
	client := controlplanetest.Client(t, k.host)
	k.lead(time.Now(), time.Second)
	none := k.fedctl("migrate", "kubefed", "--undo", "--yes")
	require.Contains(t, none.err, "error: no migration was begun: ")
	backup := filepath.Join(t.TempDir(), "backup.yaml")
	k.ok("migrate", "kubefed", "--yes", "--step=backup", "--backup", backup)
	taken := k.fedctl("migrate", "kubefed", "--yes", "--step=stop,define")
	require.Zero(t, taken.code, taken.err)
	stopped, err := client.AppsV1().Deployments(corev1beta1.DefaultNamespace).Get(t.Context(), migrate.ControllerDeployment, metav1.GetOptions{})
	require.NoError(t, err)
	require.Zero(t, *stopped.Spec.Replicas)

	stop := k.control()
	k.ok("migrate", "kubefed", "--yes", "--wait=1m")
	stop()
	foretold := k.ok("migrate", "kubefed", "--undo")
	golden(t, "migrate-undo", foretold.out)
	undone := k.ok("migrate", "kubefed", "--undo", "--yes")
	require.Contains(t, undone.err, "✓ undo: KubeFed is as it was: Deployment kubefed-controller-manager, Deployment kubefed-admission-webhook, ")
	started, err := client.AppsV1().Deployments(corev1beta1.DefaultNamespace).Get(t.Context(), migrate.ControllerDeployment, metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, int32(2), *started.Spec.Replicas)
	require.Equal(t, stopped.Spec.Template, started.Spec.Template)
	for _, o := range k.documents(string(k.read("webhooks.yaml"))) {
		_, err := k.at(k.host, o).Get(t.Context(), o.GetName(), metav1.GetOptions{})
		require.NoError(t, err)
	}
	_, err = client.CoreV1().ConfigMaps(corev1beta1.DefaultNamespace).Get(t.Context(), migrate.StateName, metav1.GetOptions{})
	require.True(t, apierrors.IsNotFound(err))
	require.Contains(t, k.ok("migrate", "kubefed", "--undo", "--backup", backup).out, "deployment.apps/kubefed-controller-manager\n")
}

// get requires that an object is on the host.
func (k *kubefed) get(o *unstructured.Unstructured) *unstructured.Unstructured {
	k.Helper()
	found, err := k.at(k.host, o).Get(k.Context(), o.GetName(), metav1.GetOptions{})
	require.NoError(k, err, "%s %s", o.GetKind(), o.GetName())
	return found
}
