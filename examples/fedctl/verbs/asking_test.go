package verbs_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// settings declares ConfigMaps of these names, for all clusters.
func (w *world) settings(names ...string) {
	w.Helper()
	for _, name := range names {
		w.declare("FederatedConfigMap", "federatedconfigmaps", name, map[string]any{"template": map[string]any{"data": map[string]any{"color": "blue"}}})
	}
}

// change patches a FederatedConfigMap.
func (w *world) change(name, patch string) {
	w.Helper()
	_, err := w.objects(w.host.Config(), federatedTypes("federatedconfigmaps")).Patch(w.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	require.NoError(w, err)
}

// annotation is one of a FederatedConfigMap.
func (w *world) annotation(name, annotation string) string {
	w.Helper()
	o, err := w.objects(w.host.Config(), federatedTypes("federatedconfigmaps")).Get(w.Context(), name, metav1.GetOptions{})
	require.NoError(w, err)
	return o.GetAnnotations()[annotation]
}

// lines are what is said of FederatedConfigMaps.
func lines(done string, names ...string) string {
	text := ""
	for _, name := range names {
		text += "federatedconfigmap.types.kubefed.io/" + name + " " + done + "\n"
	}
	return text
}

func TestSuspendAndResumeSayWhatChangedAndWhatDidNot(t *testing.T) {
	w := newFederation(t, nil)
	w.settings("blue", "green", "red")
	w.change("red", `{"metadata":{"labels":{"app":"web"}}}`)
	n := "-n" + w.namespace
	says := func(want string, args ...string) {
		t.Helper()
		require.Equal(t, result{out: want}, w.ok(append(args, n)...))
	}
	says(lines("suspended (dry run)", "blue", "green"), "suspend", "cm/blue", "configmaps/green", "--dry-run")
	says(lines("suspended (server dry run)", "blue"), "suspend", "cm/blue", "--dry-run=server")
	require.Empty(t, w.annotation("blue", "fedrail.io/suspend"))
	golden(t, "suspend-yaml", w.even(w.ok("suspend", "cm/blue", n, "--dry-run", "-o", "yaml").out))
	says("federatedconfigmap.types.kubefed.io/blue\n", "suspend", "cm", "blue", "-o", "name")
	require.Equal(t, "true", w.annotation("blue", "fedrail.io/suspend"))
	says(lines("unchanged", "blue")+lines("suspended", "green"), "suspend", "cm", "blue", "green", "blue")
	says(lines("suspended", "red"), "suspend", "FederatedConfigMap", "-l", "app=web")
	says(lines("resumed", "blue", "green", "red"), "resume", "configmaps", "--all")
	says(lines("unchanged", "blue", "green", "red"), "resume", "--all")
	require.Empty(t, w.annotation("blue", "fedrail.io/suspend"))
	w.change("blue", `{"metadata":{"annotations":{"fedrail.io/suspend":"false"}}}`)
	says(lines("unchanged", "blue"), "resume", "cm/blue")
	require.Equal(t, lines("suspended in namespace "+w.namespace, "red"), w.ok("suspend", "-l", "app=web", "-A").out)
	require.Equal(t, result{err: "there is no such federated object\n"}, w.ok("suspend", "cm", "-l", "app=none", n))
}

func TestReconcileWaitsUntilTheControllerHasLooked(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	n := "-n" + w.namespace
	w.settings("settings", "rest")
	r := w.fedctl("reconcile", "cm/settings", "cm/rest", n, "--wait", "--timeout=1s")
	require.Equal(t, 2, r.code)
	require.Equal(t, lines("is to be looked at", "settings", "rest"), r.out)
	object := "FederatedConfigMap " + w.namespace + "/"
	untold := ": Applied is Unknown: the controller has not told how it is yet"
	require.Contains(t, r.err, object+"settings"+untold+"\n")
	unsaid := ": the controller has not said so; Applied is Unknown: the controller has not told how it is yet"
	require.Contains(t, r.err, "error: not done within 1s: "+object+"rest"+unsaid+"; "+object+"settings"+unsaid+"\n")

	w.control()
	w.federateNamespace(map[string]any{})
	w.ok("retry", "cm", "--all", n, "--wait", "--timeout=30s")
	r = w.ok("reconcile", "cm", "--all", n, "--wait", "--timeout=30s")
	require.Contains(t, r.err, object+"settings: every copy was written anew\n")
	require.Contains(t, r.err, object+"rest: every copy was written anew\n")
	require.Empty(t, w.ok("reconcile", "cm/rest", n, "--wait", "--timeout=30s", "--progress=none").err)
	require.Empty(t, w.ok("reconcile", "cm/rest", n).err)

	w.ok("suspend", "cm/rest", n)
	r = w.fedctl("reconcile", "cm", "--all", n, "--wait")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.err, "warning: "+object+"rest is suspended, and left alone until \"fedctl resume\"\n")
	require.Contains(t, r.err, object+"settings: every copy was written anew\n")
	require.Zero(t, w.ok("reconcile", "cm/rest", n).code)
}

// A cluster that is away is written anew when it is back, and waited for until then.
func TestAReconcileWaitsForAClusterThatIsAway(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	n := "-n" + w.namespace
	away := servers.Fresh(t, "away")[0]
	require.NoError(t, w.setup().Join(t.Context(), setup.Member{Name: "away", Config: away.Config()}))
	w.control()
	w.federateNamespace(map[string]any{})
	w.settings("settings")
	w.ok("retry", "cm/settings", n, "--wait", "--timeout=30s")
	require.NoError(t, away.Pause())
	waiting := w.begin("reconcile", "cm/settings", n, "--wait", "--timeout=2m")
	r := w.fedctl("reconcile", "cm/settings", n, "--wait", "--timeout=2s")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.err, "error: not done within 2s: FederatedConfigMap "+w.namespace+"/settings: ")
	require.NoError(t, away.Continue())
	require.Zero(t, <-waiting.code, "what was asked later answers this, too: %s", waiting.err)
	require.Contains(t, waiting.err.String(), "settings: every copy was written anew\n")
}

func TestReferencesAreCompletedOneAfterTheOther(t *testing.T) {
	w := newFederation(t, nil)
	w.settings("blue", "green")
	n := "--namespace=" + w.namespace
	for want, args := range map[string][]string{
		"configmaps/blue\nconfigmaps/green\n:4\n": {"suspend", n, "cm/blue", "configmaps/"},
		"green\n:4\n":      {"resume", n, "cm", "blue", "gr"},
		"configmaps\n:6\n": {"retry", n, "conf"},
	} {
		require.Equal(t, want, w.ok(append([]string{"__complete"}, args...)...).out, args)
	}
}

func TestRetryWaitsUntilEveryClusterHoldsWhatItShould(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	n := "-n" + w.namespace
	w.control()
	w.federateNamespace(map[string]any{})
	w.settings("settings")
	r := w.ok("retry", "cm/settings", n, "--wait", "--timeout=30s")
	require.Equal(t, lines("is tried again", "settings"), r.out)
	require.Contains(t, r.err, "settings: every cluster holds what it should\n")
	w.change("settings", `{"spec":{"template":{"data":{"wrong key":"x"}}}}`)
	r = w.fedctl("retry", "cm/settings", n, "--wait", "--timeout=3s")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.err, "error: not done within 3s: FederatedConfigMap "+w.namespace+"/settings: Applied is False: ")

	waiting := w.begin("retry", "cm/settings", n, "--wait")
	waiting.says(waiting.err, "Applied is False")
	require.Equal(t, 130, waiting.interrupt())
	waiting = w.begin("retry", "cm/settings", n, "--wait", "--timeout=0")
	waiting.says(waiting.err, "Applied is False")
	require.NoError(t, w.objects(w.host.Config(), federatedTypes("federatedconfigmaps")).Delete(t.Context(), "settings", metav1.DeleteOptions{}))
	require.Equal(t, 1, <-waiting.code)
	require.Contains(t, waiting.err.String(), "settings was deleted while it was waited for\n")
}

func TestNothingIsAskedWhereOneObjectIsMissing(t *testing.T) {
	w := newFederation(t, nil)
	w.settings("settings")
	for wrong, args := range map[string][]string{
		`there is no FederatedConfigMap "none" in namespace "` + w.namespace + `"`:          {"cm/settings", "cm/none"},
		`type "secret" is not federated; these are: `:                                       {"cm/settings", "secret/a"},
		`which objects? name them, such as deployment/web, or choose them with -l or --all`: {},
		`"cm": want TYPE/NAME, such as deployment/web`:                                      {"cm"},
		`-l and --all choose the objects of a type: leave out "cm/settings"`:                {"cm/settings", "--all"},
		`--all and -l: want one of the two`:                                                 {"--all", "-l", "app=web"},
		`-A: a name is that of one object in a namespace; choose objects with -l or --all`:  {"cm/settings", "-A"},
		`--selector "a b": `:                {"-l", "a b"},
		`-o table: want yaml, json or name`: {"cm/settings", "-o", "table"},
		`unknown flag: --wait`:              {"cm/settings", "--wait"},
		`invalid argument "maybe" for "--dry-run" flag: want none, client or server`: {"cm/settings", "--dry-run=maybe"},
	} {
		r := w.fedctl(append([]string{"suspend", "-n" + w.namespace}, args...)...)
		require.Equal(t, 1, r.code, wrong)
		require.Empty(t, r.out, wrong)
		require.Contains(t, r.err, "error: "+wrong)
		require.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
	}
	require.Contains(t, w.fedctl("retry", "cm/settings", "--wait", "--dry-run").err, "error: --wait: there is nothing to wait for in a dry run")
	require.Contains(t, w.fedctl("retry", "cm/settings", "--wait", "--timeout=-1s").err, "error: --timeout -1s: want 0 or more")
	require.Empty(t, w.annotation("settings", "fedrail.io/suspend"))
}

func TestWhoMayNotWriteIsToldOfEachObject(t *testing.T) {
	w := newFederation(t, nil)
	w.settings("settings", "more")
	r := w.as(w.reader(), "suspend", "cm", "--all", "-n"+w.namespace)
	require.Equal(t, 1, r.code)
	require.Empty(t, r.out)
	for _, name := range []string{"settings", "more"} {
		require.Contains(t, r.err, "FederatedConfigMap "+w.namespace+"/"+name+`: federatedconfigmaps.types.kubefed.io "`+name+`" is forbidden`)
	}
	require.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
}

// reader is somebody who may read everything, and write nothing.
func (w *world) reader() controlplane.User {
	w.Helper()
	rbac := controlplanetest.Client(w, w.host).RbacV1()
	_, err := rbac.ClusterRoles().Create(w.Context(), &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "reader"},
		Rules: []rbacv1.PolicyRule{{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"get", "list", "watch"}}}}, metav1.CreateOptions{})
	require.NoError(w, err)
	_, err = rbac.ClusterRoleBindings().Create(w.Context(), &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "reader"},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "reader"},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: "reader"}}}, metav1.CreateOptions{})
	require.NoError(w, err)
	return controlplane.User{Name: "reader"}
}
