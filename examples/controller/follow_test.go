package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// What a Deployment refers to follows it as soon as an administrator lets the
// controller read that; until then the Deployment's status says what is missing,
// and the Deployment is carried all the same.
func TestLetFollow(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.setup().Enable(t.Context(), "deployments.apps"))
	server := servers.Shared(t, "m1")[0]
	w.join(server)
	config := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "settings"}, Data: map[string]string{"color": "blue"}}
	_, err := controlplanetest.Client(t, w.host).CoreV1().ConfigMaps(w.namespace).Create(t.Context(), config, metav1.CreateOptions{})
	require.NoError(t, err)
	p := w.start("")
	p.isReady("leader")
	w.declareDeployment("web", "settings")
	deployments, configs := w.members[0].AppsV1().Deployments(w.namespace), w.members[0].CoreV1().ConfigMaps(w.namespace)
	require.Eventually(t, func() bool {
		_, err := deployments.Get(t.Context(), "web", metav1.GetOptions{})
		return err == nil
	}, soon, tick)
	says := "the controller may not list and watch configmaps on the host: grant it that"
	require.Eventually(t, func() bool { return strings.HasPrefix(w.lacks("web"), says) }, soon, tick)

	host := setup.Host{Config: w.host.Config(), Namespace: w.setup().Namespace}
	require.NoError(t, host.LetFollow(t.Context(), "configmaps"))
	require.Eventually(t, func() bool {
		got, err := configs.Get(t.Context(), "settings", metav1.GetOptions{})
		return err == nil && got.Data["color"] == "blue" && w.lacks("web") == ""
	}, 2*time.Minute, tick)
	require.Equal(t, 0, p.terminate())
}

// declareDeployment declares one that reads a ConfigMap, which is to follow it.
func (w *world) declareDeployment(name, config string) {
	w.t.Helper()
	labels := map[string]any{"app": name}
	container := map[string]any{"name": "main", "image": "example.test/web:1",
		"envFrom": []any{map[string]any{"configMapRef": map[string]any{"name": config}}}}
	_, err := w.federated("federateddeployments").Create(context.Background(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "types.kubefed.io/v1beta1", "kind": "FederatedDeployment",
		"metadata": map[string]any{"name": name, "annotations": map[string]any{"fedrail.io/follow-dependencies": "true"}},
		"spec": map[string]any{
			"placement": map[string]any{"clusterSelector": map[string]any{}},
			"template": map[string]any{"spec": map[string]any{
				"selector": map[string]any{"matchLabels": labels},
				"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": map[string]any{"containers": []any{container}}},
			}},
		},
	}}, metav1.CreateOptions{})
	require.NoError(w.t, err)
}

// lacks is what the status of a FederatedDeployment says of what does not follow.
func (w *world) lacks(name string) string {
	w.t.Helper()
	object, err := w.federated("federateddeployments").Get(context.Background(), name, metav1.GetOptions{})
	require.NoError(w.t, err)
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, c := range conditions {
		if condition := c.(map[string]any); condition["type"] == "DependenciesFollow" {
			return condition["message"].(string)
		}
	}
	return ""
}
