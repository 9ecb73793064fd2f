package push_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/status"
)

// deployment is a template; image is that of its one container.
func deployment(replicas int64, image string) map[string]any {
	return map[string]any{"spec": map[string]any{
		"replicas": replicas,
		"selector": map[string]any{"matchLabels": map[string]any{"app": "web"}},
		"template": map[string]any{
			"metadata": map[string]any{"labels": map[string]any{"app": "web"}},
			"spec": map[string]any{"containers": []any{map[string]any{
				"name": "web", "image": image, "resources": map[string]any{"requests": map[string]any{"cpu": "1"}},
			}}},
		},
	}}
}

// container is the copy's first.
func (o owning) container(name string) map[string]any {
	copied := o.Copy(o.Servers[0], o.kind, name)
	list, _, _ := unstructured.NestedSlice(copied.Object, "spec", "template", "spec", "containers")
	return list[0].(map[string]any)
}

// deploy changes the template.
func (o owning) deploy(name string, template map[string]any) {
	o.Helper()
	o.Patch(o.kind, name, patchOf(map[string]any{"spec": map[string]any{"template": template}}))
	o.UntilReady(o.kind, name)
}

func patchOf(change map[string]any) string {
	body, _ := (&unstructured.Unstructured{Object: change}).MarshalJSON()
	return string(body)
}

func TestRetainedReplicasAreTheMembers(t *testing.T) {
	o := newOwning(t, testbed.Deployments())
	o.Create(o.kind, "web", map[string]any{
		"template": deployment(3, "web:1"), "retainReplicas": true, "placement": map[string]any{"clusterSelector": map[string]any{}},
	})
	o.UntilReady(o.kind, "web")
	o.untilAt("web", 3, "spec", "replicas")

	made := o.requestsFor(func() { o.deploy("web", deployment(5, "web:1")) })
	require.Zero(t, made.Total(), "nothing but a retained field changed: %v", made)
	o.deploy("web", deployment(5, "web:2"))
	require.EqualValues(t, 3, o.at("web", "spec", "replicas"), "nobody has taken it, and it stays")
	o.requireQuietRestart()

	require.Zero(t, o.requestsFor(func() {
		o.change("autoscaler", "web", `{"spec":{"replicas":7}}`, "scale")
	}).Total(), "scaling is no drift")
	for i := range 10 {
		o.deploy("web", deployment(int64(i), fmt.Sprintf("web:%d", i+3)))
		require.EqualValues(t, 7, o.at("web", "spec", "replicas"))
		require.Equal(t, fmt.Sprintf("web:%d", i+3), o.container("web")["image"])
	}
	require.Equal(t, 2, o.requestsFor(func() { o.deploy("web", deployment(1, "web:99")) }).Total(), "a read and a write")
	o.requireQuietRestart()

	o.Patch(o.kind, "web", `{"spec":{"retainReplicas":false}}`)
	o.untilAt("web", 1, "spec", "replicas")
}

func TestRetainedFieldsOfAnItemOfAList(t *testing.T) {
	o := newOwning(t, testbed.Deployments())
	o.declare("web", deployment(1, "web:1"), "fedrail.io/retain", `.spec.template.spec.containers[name="web"].resources`+"\n")
	resources := func(cpu string) string {
		return fmt.Sprintf(`{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"web:1","resources":{"requests":{"cpu":%q}}}]}}}}`, cpu)
	}
	o.change("vertical", "web", resources("2"))
	for i := range 5 {
		template := deployment(1, fmt.Sprintf("web:%d", i+2))
		o.deploy("web", template)
		require.Equal(t, map[string]any{"requests": map[string]any{"cpu": "2"}}, o.container("web")["resources"])
		require.Equal(t, fmt.Sprintf("web:%d", i+2), o.container("web")["image"])
	}
	o.requireQuietRestart()
}

func TestAFieldThatCannotChange(t *testing.T) {
	o := newOwning(t, testbed.Deployments())
	o.declare("web", deployment(1, "web:1"))
	uid := o.Copy(o.Servers[0], o.kind, "web").GetUID()
	other := deployment(1, "web:2")
	for _, path := range [][]string{{"spec", "selector", "matchLabels"}, {"spec", "template", "metadata", "labels"}} {
		require.NoError(t, unstructured.SetNestedField(other, "other", append(path, "app")...))
	}
	o.Patch(o.kind, "web", patchOf(map[string]any{"spec": map[string]any{"template": other}}))
	o.untilSays("web", status.UpdateFailed, "field is immutable", "change it back, or have copies recreated")
	require.Equal(t, uid, o.Copy(o.Servers[0], o.kind, "web").GetUID())

	o.annotate("web", map[string]string{"fedrail.io/immutable-fields": "Recreate"})
	o.UntilReady(o.kind, "web")
	require.NotEqual(t, uid, o.Copy(o.Servers[0], o.kind, "web").GetUID())
	require.Equal(t, "other", o.at("web", "spec", "selector", "matchLabels", "app"))
	require.False(t, strings.Contains(strings.Join(o.Events("web"), "\n"), "DriftCorrected"))

	uid = o.Copy(o.Servers[0], o.kind, "web").GetUID()
	o.Patch(o.kind, "web", `{"spec":{"template":{"spec":{"selector":{"matchLabels":{"app":"nobody"}}}}}}`)
	o.untilSays("web", status.UpdateFailed, "selector")
	require.Equal(t, uid, o.Copy(o.Servers[0], o.kind, "web").GetUID(), "what could not be created anew is not deleted")
}
