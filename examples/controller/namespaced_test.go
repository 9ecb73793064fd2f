package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// newNamespaced is a world of scope Namespaced with two members. Beside it, in
// another namespace, there are objects like its own.
func newNamespaced(t *testing.T) *world {
	t.Helper()
	w := newHost(t, federation.NamespaceScoped)
	for _, server := range servers.Fresh(t, "m1", "m2") {
		w.join(server)
	}
	w.namespace = controlplanetest.Namespace(t, w.host)
	w.declare("federatednamespaces", w.namespace, map[string]any{})
	w.declareConfigMap("elsewhere")
	theirs := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "elsewhere",
		Labels: map[string]string{"kubefed.io/managed": "true"}, Annotations: map[string]string{"fedrail.io/origin": "nobody/0"}}}
	_, err := w.members[0].CoreV1().ConfigMaps("default").Create(t.Context(), theirs, metav1.CreateOptions{})
	require.NoError(t, err)
	return w
}

// requireConfined makes sure that the controller's accounts have no rights on
// objects outside of the federation's namespace.
func (w *world) requireConfined() {
	w.t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", w.kubeconfig)
	require.NoError(w.t, err)
	account, err := kubernetes.NewForConfig(config)
	require.NoError(w.t, err)
	_, err = account.CoreV1().Namespaces().List(context.Background(), metav1.ListOptions{})
	require.True(w.t, apierrors.IsForbidden(err), "%v", err)
	host := controlplanetest.Client(w.t, w.host).RbacV1()
	_, err = host.ClusterRoles().Get(context.Background(), "fedrail-controller", metav1.GetOptions{})
	require.True(w.t, apierrors.IsNotFound(err), "%v", err)
	for i, token := range w.tokens() {
		name := []string{"m1", "m2"}[i]
		role, err := w.members[i].RbacV1().ClusterRoles().Get(context.Background(), "fedrail-"+name, metav1.GetOptions{})
		require.NoError(w.t, err)
		for _, rule := range role.Rules {
			require.NotContains(w.t, rule.Verbs, "create", "%v", rule)
			require.NotContains(w.t, rule.Resources, "configmaps", "%v", rule)
		}
		require.NotEmpty(w.t, token)
	}
}

// running is what the status of a FederatedTypeConfig says.
func (w *world) running(name string) string {
	w.t.Helper()
	config, err := w.client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(corev1beta1.DefaultNamespace).Get(context.Background(), name, metav1.GetOptions{})
	require.NoError(w.t, err)
	says, _, _ := unstructured.NestedString(config.Object, "status", "propagationController")
	return says
}

// holders waits until exactly these members, by their order, hold the ConfigMap.
func (w *world) holders(name string, want ...bool) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		for i, member := range w.members {
			if _, holds := w.held(member)[name]; holds != want[i] {
				return false
			}
		}
		return true
	}, soon, tick, "%s: %v", name, want)
}

func (w *world) place(plural, name, placement string) {
	w.t.Helper()
	_, err := w.federated(plural).Patch(context.Background(), name, types.MergePatchType,
		[]byte(`{"spec":{"placement":`+placement+`}}`), metav1.PatchOptions{})
	require.NoError(w.t, err)
}

// A federation of scope Namespaced looks at nothing outside of its namespace, has
// no rights there, and keeps what is in it within the placement of a
// FederatedNamespace, if there is one.
func TestNamespaced(t *testing.T) {
	w := newNamespaced(t)
	w.requireConfined()
	elsewhere := w.namespace
	p := w.start("")
	p.isReady("leader")
	w.namespace = corev1beta1.DefaultNamespace
	w.declareConfigMap("settings")
	w.holders("settings", true, true)
	require.Equal(t, []string{"NotRunning", "Running"}, []string{w.running("namespaces"), w.running("configmaps")})

	w.declare("federatednamespaces", w.namespace, map[string]any{})
	w.place("federatednamespaces", w.namespace, `{"clusters":[{"name":"m1"}],"clusterSelector":null}`)
	w.holders("settings", true, false)
	w.declareConfigMap("other")
	w.place("federatedconfigmaps", "other", `{"clusters":[{"name":"m2"}],"clusterSelector":null}`)
	require.Eventually(t, func() bool { return w.ready("other") == "NoClusterSelected" }, soon, tick)
	w.place("federatednamespaces", w.namespace, `{"clusters":[{"name":"m1"},{"name":"m2"}]}`)
	w.holders("settings", true, true)
	w.holders("other", false, true)
	w.place("federatednamespaces", w.namespace, `{"clusters":[{"name":"m2"}]}`)
	w.holders("settings", false, true)
	require.NoError(t, w.federated("federatednamespaces").Delete(t.Context(), w.namespace, metav1.DeleteOptions{}))
	w.holders("settings", true, true)

	_, metrics := p.get("/metrics")
	require.NotContains(t, metrics, `cluster="(host)",group="",resource="namespaces"`)
	require.NotContains(t, string(bytes.ToLower(p.log.bytes())), "forbidden")
	require.Equal(t, 0, p.terminate())
	w.namespace = elsewhere
	for _, plural := range []string{"federatednamespaces", "federatedconfigmaps"} {
		list, err := w.federated(plural).List(t.Context(), metav1.ListOptions{})
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
		require.Empty(t, list.Items[0].GetFinalizers(), plural)
		require.NotContains(t, list.Items[0].Object, "status", plural)
	}
	left, err := w.members[0].CoreV1().ConfigMaps("default").Get(t.Context(), "elsewhere", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, "true", left.Labels["kubefed.io/managed"])
}

// ready is the reason of a FederatedConfigMap's condition Ready.
func (w *world) ready(name string) string {
	w.t.Helper()
	object, err := w.federated("federatedconfigmaps").Get(context.Background(), name, metav1.GetOptions{})
	require.NoError(w.t, err)
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, c := range conditions {
		if condition := c.(map[string]any); condition["type"] == "Ready" {
			reason, _ := condition["reason"].(string)
			return reason
		}
	}
	return ""
}
