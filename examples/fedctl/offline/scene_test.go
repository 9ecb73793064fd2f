package offline_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/examples/fedctl/offline"
	"github.com/fedrail/fedrail/federation"
)

// read is what a file of this content says.
func read(t *testing.T, scene offline.Scene, content string) offline.Scene {
	t.Helper()
	objects, err := offline.Files{Names: []string{"-"}, Stdin: strings.NewReader(content)}.Objects()
	require.NoError(t, err)
	require.NoError(t, scene.Add(objects))
	return scene
}

// declaring is a federated object of a kind, with a template.
func declaring(kind, template string) string {
	return "apiVersion: types.kubefed.io/v1beta1\nkind: Federated" + kind + "\nmetadata: {name: web}\nspec: {template: " + template + "}\n---\n"
}

func TestTheTypeIsWhatTheFilesSayOrKubernetesOwn(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		scene   offline.Scene
		want    federation.Type
	}{
		"the template says it":       {content: declaring("CronTab", "{apiVersion: stable.example.com/v2}"), want: federation.Type{Group: "stable.example.com", Version: "v2", Kind: "CronTab", Resource: "crontabs", Scope: federation.NamespaceScoped}},
		"a kind of Kubernetes":       {content: declaring("HorizontalPodAutoscaler", "{}"), want: federation.Type{Group: "autoscaling", Version: "v2", Kind: "HorizontalPodAutoscaler", Resource: "horizontalpodautoscalers", Scope: federation.NamespaceScoped}},
		"one that was in two groups": {content: declaring("Ingress", "{}"), want: federation.Type{Group: "networking.k8s.io", Version: "v1", Kind: "Ingress", Resource: "ingresses", Scope: federation.NamespaceScoped}},
		"one in no namespace":        {content: declaring("ClusterRole", "{}"), scene: offline.Scene{Namespace: "shop"}, want: federation.Type{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "ClusterRole", Resource: "clusterroles", Scope: federation.ClusterScoped}},
		"somebody says it":           {content: declaring("CronTab", "{}"), scene: offline.Scene{TargetAPIVersion: "example.com/v1"}, want: federation.Type{Group: "example.com", Version: "v1", Kind: "CronTab", Resource: "crontabs", Scope: federation.NamespaceScoped}},
		"a config says it": {content: declaring("CronTab", "{}") + "apiVersion: core.kubefed.io/v1beta1\nkind: FederatedTypeConfig\nmetadata: {name: cronthings.example.com}\n" +
			"spec: {propagation: Enabled, targetType: {kind: CronTab, version: v3, scope: Namespaced}, federatedType: {group: types.kubefed.io, kind: FederatedCronTab, version: v1beta1, scope: Namespaced}}\n",
			want: federation.Type{Group: "example.com", Version: "v3", Kind: "CronTab", Resource: "cronthings", Scope: federation.NamespaceScoped}},
	} {
		t.Run(name, func(t *testing.T) {
			scene := read(t, c.scene, c.content)
			all, err := scene.Subjects()
			require.NoError(t, err)
			require.Equal(t, c.want, all[0].Target())
			if c.want.Scope == federation.ClusterScoped {
				require.Empty(t, all[0].Object.GetNamespace())
			}
		})
	}
}

func TestClustersOfBothKindsAreRead(t *testing.T) {
	scene := read(t, offline.Scene{}, `
apiVersion: v1
kind: List
items:
- apiVersion: core.kubefed.io/v1beta1
  kind: KubeFedCluster
  metadata: {name: berlin}
  spec: {apiEndpoint: "https://berlin.example.com", secretRef: {name: berlin}}
- apiVersion: core.kubefed.io/v1beta1
  kind: KubeFedCluster
  metadata: {name: boston}
  spec: {apiEndpoint: "https://boston.example.com", secretRef: {name: boston}}
  status: {conditions: [{type: Ready, status: "False", reason: ClusterNotReady, message: no answer, lastProbeTime: "2026-01-01T00:00:00Z"}]}
- apiVersion: v1
  kind: Namespace
  metadata: {name: fedrail-member-madrid, labels: {propagation.fedrail.io/member: "true", region: eu}, annotations: {propagation.fedrail.io/cluster: madrid}}
`)
	require.Equal(t, []federation.ClusterName{"berlin", "boston", "madrid"}, scene.Members.Names())
	berlin, _ := scene.Members.Get("berlin")
	require.True(t, berlin.Ready, "no file says that it is not")
	boston, _ := scene.Members.Get("boston")
	require.False(t, boston.Ready)
	madrid, _ := scene.Members.Get("madrid")
	require.True(t, madrid.Ready)
	require.Equal(t, "eu", madrid.Labels["region"])
}
