package capacity_test

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/scheduling/capacity"
)

// One node, one replica that runs there, and one that found no room a minute ago.
func ExampleInventory() {
	deployment := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"namespace": "shop", "name": "web"},
		"spec": map[string]any{
			"selector": map[string]any{"matchLabels": map[string]any{"app": "web"}},
			"template": map[string]any{"spec": map[string]any{"containers": []any{
				map[string]any{"name": "main", "resources": map[string]any{"requests": map[string]any{"cpu": "3"}}},
			}}},
		},
	}}
	web, err := capacity.WorkloadOf(deployment)
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	meta := func(uid types.UID) metav1.ObjectMeta {
		return metav1.ObjectMeta{Namespace: "shop", UID: uid, Labels: map[string]string{"app": "web"}}
	}
	needs := corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("3")}}
	spec := corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Resources: needs}}}
	placed := spec
	placed.NodeName = "node-1"

	var berlin capacity.Inventory
	berlin.SetNode(&corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: "node-1"},
		Status: corev1.NodeStatus{
			Allocatable: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("4"), corev1.ResourcePods: resource.MustParse("110")},
			Conditions:  []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}},
		},
	})
	berlin.SetPod(&corev1.Pod{ObjectMeta: meta("1"), Spec: placed, Status: corev1.PodStatus{
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
	}})
	berlin.SetPod(&corev1.Pod{ObjectMeta: meta("2"), Spec: spec, Status: corev1.PodStatus{
		Conditions: []corev1.PodCondition{{
			Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable,
			LastTransitionTime: metav1.NewTime(now.Add(-time.Minute)),
		}},
	}})

	sight := berlin.Look(web, 30*time.Second, now)
	fmt.Println("pods:", sight.Pods, "ready:", sight.Ready, "unschedulable:", sight.Unschedulable)
	fmt.Println("room for:", berlin.Room(web))
	// Output:
	// pods: 2 ready: 1 unschedulable: 1
	// room for: 0
}
