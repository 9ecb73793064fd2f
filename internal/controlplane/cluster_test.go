package controlplane_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

const podTimeout = time.Minute

// deployment asks for one CPU a pod.
func deployment(name string, replicas int32) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{Containers: []corev1.Container{{
					Name:      "main",
					Image:     "example.com/app:1",
					Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1")}},
				}}},
			},
		},
	}
}

// reason is why a pod is not scheduled, or its phase when it is.
func reason(pod *corev1.Pod) string {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			return condition.Reason
		}
	}
	return string(pod.Status.Phase)
}

// pods counts the pods of a deployment by reason.
func pods(t *testing.T, client kubernetes.Interface, app string) map[string]int {
	t.Helper()
	list, err := client.CoreV1().Pods("default").List(t.Context(), metav1.ListOptions{LabelSelector: "app=" + app})
	require.NoError(t, err)
	count := map[string]int{}
	for i := range list.Items {
		count[reason(&list.Items[i])]++
	}
	return count
}

func TestClusterRunsWhatFitsOnItsNodes(t *testing.T) {
	nodes := controlplane.NodeOptions{Count: 2, CPU: resource.MustParse("2"), Region: "eu", Zones: []string{"eu-a", "eu-b"}}
	cluster := servers.Clusters(t, nodes, "full")[0]
	client := controlplanetest.Client(t, cluster.Server)

	become := func(want map[string]int) {
		t.Helper()
		var have map[string]int
		reached := func() bool { have = pods(t, client, "web"); return maps.Equal(want, have) }
		require.Eventually(t, reached, podTimeout, 50*time.Millisecond, "want %v, have %v", want, &have)
	}
	deployments := client.AppsV1().Deployments("default")

	_, err := deployments.Create(t.Context(), deployment("web", 6), metav1.CreateOptions{})
	require.NoError(t, err)
	become(map[string]int{"Running": 4, corev1.PodReasonUnschedulable: 2})

	_, err = deployments.Patch(t.Context(), "web", types.MergePatchType, []byte(`{"spec":{"replicas":3}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	become(map[string]int{"Running": 3})
	require.Eventually(t, func() bool {
		live, err := deployments.Get(t.Context(), "web", metav1.GetOptions{})
		return err == nil && live.Status.ReadyReplicas == 3
	}, podTimeout, 50*time.Millisecond)

	require.NoError(t, deployments.Delete(t.Context(), "web", metav1.DeleteOptions{}))
	become(map[string]int{})
	require.Equal(t, map[string]string{"node-1": "eu/eu-a", "node-2": "eu/eu-b"}, places(t, client))
}

// places are the region and zone of each node.
func places(t *testing.T, client kubernetes.Interface) map[string]string {
	t.Helper()
	list, err := client.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	places := map[string]string{}
	for i := range list.Items {
		labels := list.Items[i].Labels
		places[list.Items[i].Name] = labels[corev1.LabelTopologyRegion] + "/" + labels[corev1.LabelTopologyZone]
	}
	return places
}

func TestControllersRunAlone(t *testing.T) {
	server := servers.Fresh(t, "controlled")[0]
	controlplanetest.Controllers(t, server, "namespace-controller")
	namespace := controlplanetest.Namespace(t, server)
	namespaces := controlplanetest.Client(t, server).CoreV1().Namespaces()
	require.NoError(t, namespaces.Delete(t.Context(), namespace, metav1.DeleteOptions{}))
	require.Eventually(t, func() bool {
		_, err := namespaces.Get(t.Context(), namespace, metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	}, podTimeout, 50*time.Millisecond)
}
