package verbs_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// newJoinable is a federation without members, whose controller runs, and clusters that
// nobody else uses.
func newJoinable(t *testing.T, names ...string) *world {
	t.Helper()
	w := newWorld(t)
	w.clusters = servers.Fresh(t, names...)
	content, err := controlplane.Kubeconfig(append([]*controlplane.Server{w.host}, w.clusters...)...)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(w.kubeconfig, content, 0o600))
	require.NoError(t, w.setup().Install(t.Context()))
	require.NoError(t, w.setup().Enable(t.Context(), "namespaces", "configmaps"))
	return w
}

// secret is the Secret of a member.
func (w *world) secret(name string) *corev1.Secret {
	w.Helper()
	secret, err := controlplanetest.Client(w.T, w.host).CoreV1().Secrets(corev1beta1.DefaultNamespace).Get(w.Context(), name, metav1.GetOptions{})
	require.NoError(w, err)
	return secret
}

// may says whether the account of a member may do something there, by its token.
func (w *world) may(server *controlplane.Server, verb, resource string) bool {
	w.Helper()
	client, err := kubernetes.NewForConfig(server.ConfigWithToken(string(w.secret(server.Cluster() + "-token").Data["token"])))
	require.NoError(w, err)
	answer, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(w.Context(), &authorizationv1.SelfSubjectAccessReview{
		Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: verb, Resource: resource}},
	}, metav1.CreateOptions{})
	require.NoError(w, err)
	return answer.Status.Allowed
}

func TestAClusterJoinsWithNoMoreRightsThanItNeedsAndIsWaitedFor(t *testing.T) {
	w := newJoinable(t, "berlin")
	late := w.fedctl("join", "berlin", "--wait", "--timeout=1s")
	require.Equal(t, 2, late.code, late.err)
	require.Contains(t, late.err, "error: cluster berlin is a member, and not ready after 1s: it was not probed yet\n")
	w.control()
	r := w.ok("join", "berlin", "--label", "region=eu", "--wait")
	require.Empty(t, r.out)
	golden(t, "join", r.err)
	require.True(t, w.may(w.clusters[0], "create", "configmaps"))
	require.False(t, w.may(w.clusters[0], "get", "secrets"))
	require.Equal(t, "kube-federation-system/fedrail-berlin", w.secret("berlin-token").Annotations[corev1beta1.RenewTokenAnnotation])

	again := w.fedctl("join", "berlin", "--error-on-existing")
	require.Equal(t, 1, again.code)
	require.Contains(t, again.err, "error: --error-on-existing: cluster berlin is a member already\n")
	w.ok("join", "berlin", "--rbac=admin", "--secret-name=berlin-token")
	require.True(t, w.may(w.clusters[0], "get", "secrets"))
	rules := filepath.Join(t.TempDir(), "role.yaml")
	require.NoError(t, os.WriteFile(rules, []byte("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nrules: [{apiGroups: [\"\"], resources: [configmaps, pods], verbs: [get]}]\n"), 0o600))
	w.ok("join", "berlin", "--rbac", rules)
	require.True(t, w.may(w.clusters[0], "get", "pods"))
	require.False(t, w.may(w.clusters[0], "get", "secrets"))
}

func TestAJoinIsShownBeforeItIsDone(t *testing.T) {
	w := newJoinable(t, "berlin")
	golden(t, "join-dry-run", w.ok("join", "berlin", "--dry-run=client").out)
	documents := w.ok("join", "berlin", "--dry-run=client", "-o", "yaml").out
	require.Equal(t, 8, strings.Count(documents, "\nkind: ")+strings.Count(documents, "---\nkind: "), documents)
	require.Contains(t, w.fedctl("get", "clusters").err, "no cluster has joined")
}

func TestACredentialThatIsThereIsTaken(t *testing.T) {
	w := newJoinable(t, "berlin")
	w.control()
	w.ok("join", "berlin", "--credential=context", "--wait")
	require.Len(t, w.secret("berlin-token").Data, 2, "a certificate and its key")
	_, err := controlplanetest.Client(t, w.clusters[0]).CoreV1().Namespaces().Get(t.Context(), corev1beta1.DefaultNamespace, metav1.GetOptions{})
	require.Error(t, err, "nothing was written in the cluster")

	client := controlplanetest.Client(t, w.clusters[0])
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "mine", Namespace: "default"}}
	_, err = client.CoreV1().ServiceAccounts("default").Create(t.Context(), account, metav1.CreateOptions{})
	require.NoError(t, err)
	token, err := w.clusters[0].Token(t.Context(), types.NamespacedName{Namespace: "default", Name: "mine"}, time.Hour)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte(token+"\n"), 0o600))
	w.ok("join", "berlin", "--credential", file)
	require.Equal(t, token, string(w.secret("berlin-token").Data["token"]))
	require.Len(t, w.secret("berlin-token").Data, 1)
}

func TestWrongJoinsAreRefusedBeforeAnythingIsDone(t *testing.T) {
	w := newJoinable(t, "berlin")
	for args, says := range map[string]string{
		"Berlin":                                `error: "Berlin" is no name of a cluster: a lowercase RFC 1123 subdomain`,
		"madrid":                                `error: --cluster-context: the kubeconfig has no context "madrid"; it has: "berlin", "host"`,
		"berlin --rbac=some":                    "error: --rbac: want minimal, admin, or a file with a ClusterRole: open some: no such file or directory",
		"berlin --clusterset=Wide":              `error: --clusterset: got "Wide", want Flat or Off`,
		"berlin --host-cluster-name=a:b":        `error: --host-cluster-name: got "a:b", which may not contain : or /`,
		"berlin --credential=x --rbac=admin":    "error: --credential: with one that is there already no account is made",
		"berlin --credential=nowhere":           "error: --credential: open nowhere: no such file or directory",
		"berlin --pull --wait":                  "error: --pull: it is ready when its agent runs",
		"":                                      "error: accepts 1 arg(s), received 0",
		"berlin --cluster-kubeconfig=/nowhere":  "error: --cluster-kubeconfig: ",
		"berlin --credential=context --pull":    "error: --pull: an agent has credentials of its own",
		"berlin --cluster-context=host --pull=": "error: invalid argument",
	} {
		r := w.fedctl(append([]string{"join"}, strings.Fields(args)...)...)
		require.Equal(t, 1, r.code, args)
		require.Contains(t, r.err, says)
	}
	require.Contains(t, w.fedctl("get", "clusters").err, "no cluster has joined")
}

func TestWhoMayNotAdmitTheFederationIsTold(t *testing.T) {
	w := newJoinable(t, "berlin")
	config, err := w.clusters[0].ConfigFor(controlplane.User{Name: "guest"})
	require.NoError(t, err)
	file := w.kubeconfigOf("guest", config)
	r := w.fedctl("join", "berlin", "--cluster-kubeconfig", file)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "✗ admit the federation there\n")
	require.Regexp(t, `error: member "berlin": apply Namespace "kube-federation-system": .* is forbidden: User "guest" cannot`, r.err)
}

func TestADeadClusterCannotJoin(t *testing.T) {
	w := newJoinable(t, "berlin")
	w.clusters[0].Kill()
	r := w.fedctl("join", "berlin")
	require.Equal(t, 1, r.code)
	require.Regexp(t, `✗ reach cluster berlin\nerror: member "berlin": Get .*: connection refused`, r.err)
}

// A join that is killed after each of its steps, and run again, ends as if it had not
// been.
func TestAJoinThatWasKilledIsTakenUpAgain(t *testing.T) {
	w := newJoinable(t, "berlin")
	w.control()
	for _, step := range []string{"✓ reach", "✓ admit", "✓ have a credential", "✓ register"} {
		w.killedAt(step, "join", "berlin")
		w.ok("join", "berlin", "--wait")
		w.killedAt("✓ wait", "unjoin", "berlin", "--policy=orphan")
		w.ok("unjoin", "berlin", "--force")
		require.Contains(t, w.fedctl("get", "clusters").err, "no cluster has joined")
	}
}

func TestUnjoinSaysWhatBecomesOfCopiesAndSeesToIt(t *testing.T) {
	w := newJoinable(t, "berlin")
	controlplanetest.Controllers(t, w.clusters[0], "namespace-controller")
	w.ok("join", "berlin")
	stop := w.control()
	w.declare("FederatedNamespace", "federatednamespaces", w.namespace, map[string]any{})
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{"template": map[string]any{"data": map[string]any{"a": "b"}}})
	copies := controlplanetest.Client(t, w.clusters[0]).CoreV1().ConfigMaps(w.namespace)
	require.Eventually(t, func() bool {
		_, err := copies.Get(t.Context(), "settings", metav1.GetOptions{})
		return err == nil
	}, soon, tick)
	w.until(func(r result) bool { return strings.Contains(r.err, "1 FederatedConfigMap, 1 FederatedNamespace") }, "unjoin", "berlin", "--policy=delete", "--dry-run")
	shown := w.ok("unjoin", "berlin", "--policy=delete", "--dry-run=server")
	golden(t, "unjoin-dry-run", shown.out)
	require.Contains(t, shown.err, "in cluster berlin, the copies of 1 FederatedConfigMap, 1 FederatedNamespace (0 ready replicas) are deleted there\n")

	stop()
	late := w.fedctl("unjoin", "berlin", "--policy=delete", "--timeout=1s")
	require.Equal(t, 2, late.code, late.err)
	w.control()
	w.ok("unjoin", "berlin", "--policy=delete", "--timeout=1m")
	_, err := copies.Get(t.Context(), "settings", metav1.GetOptions{})
	require.Error(t, err)
	_, err = controlplanetest.Client(t, w.clusters[0]).CoreV1().ServiceAccounts(corev1beta1.DefaultNamespace).Get(t.Context(), "fedrail-berlin", metav1.GetOptions{})
	require.Error(t, err, "its account is gone")
	gone := w.fedctl("unjoin", "berlin")
	require.Equal(t, 1, gone.code)
	require.Contains(t, gone.err, `error: no member has the name "berlin"; members: none; --force takes away what an earlier unjoin left of one`)
}

func TestAClusterThatIsGoneForGoodLeavesByForce(t *testing.T) {
	w := newJoinable(t, "berlin")
	w.ok("join", "berlin")
	w.clusters[0].Kill()
	r := w.fedctl("unjoin", "berlin")
	require.Equal(t, 1, r.code)
	forced := w.ok("unjoin", "berlin", "--force")
	require.Contains(t, forced.err, "warning: the federation's account stays in cluster berlin: ")
	require.Contains(t, w.fedctl("get", "clusters").err, "no cluster has joined")
}

func TestAnAgentGetsItsFiles(t *testing.T) {
	w := newJoinable(t, "edge1")
	dir := t.TempDir()
	r := w.ok("join", "edge1", "--pull", "--agent-dir", dir, "--label", "tier=edge")
	require.Contains(t, r.err, "edge1 is a member; run its agent, where it reaches both the host and the cluster:\n  agent --cluster edge1 --host-kubeconfig "+dir+"/edge1-host.yaml --member-kubeconfig "+dir+"/edge1-member.yaml\n")
	clusters := w.ok("get", "clusters", "-o", "json")
	require.True(t, json.Valid([]byte(clusters.out)))
	require.Contains(t, clusters.out, "edge1")
	w.ok("unjoin", "edge1")
	w.until(func(r result) bool { return strings.Contains(r.err, "no cluster has joined") }, "get", "clusters")
}
