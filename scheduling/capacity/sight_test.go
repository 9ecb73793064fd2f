package capacity_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/scheduling/capacity"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

type podOption func(*corev1.Pod)

// pod is one of app web in namespace shop, of which nothing more is known.
func pod(name string, options ...podOption) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, UID: types.UID(name), Labels: map[string]string{"app": "web"}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main"}}},
		Status:     corev1.PodStatus{Phase: corev1.PodPending},
	}
	for _, option := range options {
		option(p)
	}
	return p
}

func condition(c corev1.PodCondition) podOption {
	return func(p *corev1.Pod) { p.Status.Conditions = append(p.Status.Conditions, c) }
}

func on(node string) podOption { return func(p *corev1.Pod) { p.Spec.NodeName = node } }

func requesting(name corev1.ResourceName, amount string) podOption {
	return func(p *corev1.Pod) {
		p.Spec.Containers[0].Resources.Requests = corev1.ResourceList{name: resource.MustParse(amount)}
	}
}

func running(ready corev1.ConditionStatus) podOption {
	return func(p *corev1.Pod) {
		on("node-1")(p)
		p.Status.Phase = corev1.PodRunning
		condition(corev1.PodCondition{Type: corev1.PodReady, Status: ready})(p)
	}
}

func unplaced(reason string, since time.Duration) podOption {
	return condition(corev1.PodCondition{
		Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: reason, LastTransitionTime: metav1.NewTime(noon.Add(-since)),
	})
}

func unschedulable(since time.Duration) podOption {
	return unplaced(corev1.PodReasonUnschedulable, since)
}

func leaving(p *corev1.Pod) { p.DeletionTimestamp = &metav1.Time{Time: noon} }

func finished(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }

func labelled(key, value string) podOption {
	return func(p *corev1.Pod) { p.Labels = map[string]string{key: value} }
}

func web() capacity.Workload {
	return capacity.Workload{Namespace: "shop", Selector: labels.SelectorFromSet(labels.Set{"app": "web"})}
}

func pods(all ...[]podOption) []*corev1.Pod {
	var made []*corev1.Pod
	for i, options := range all {
		made = append(made, pod(fmt.Sprint("web-", i), options...))
	}
	return made
}

func times(n int, options ...podOption) [][]podOption {
	var all [][]podOption
	for range n {
		all = append(all, options)
	}
	return all
}

func TestWhatPodsDo(t *testing.T) {
	ready, old := running(corev1.ConditionTrue), unschedulable(2*time.Minute)
	for name, c := range map[string]struct {
		pods []*corev1.Pod
		want capacity.Sight
	}{
		"none": {nil, capacity.Sight{}},
		"ready ones, old and young ones without a node": {
			pods(append(append(times(3, ready), times(2, old)...), []podOption{unschedulable(20 * time.Second)})...),
			capacity.Sight{Pods: 6, Bound: 3, Ready: 3, Unschedulable: 2, Pending: 1, PendingUntil: noon.Add(40 * time.Second)},
		},
		"one that nobody has looked at yet": {pods(nil), capacity.Sight{Pods: 1}},
		"one that waits for its gates":      {pods([]podOption{unplaced(corev1.PodReasonSchedulingGated, time.Hour)}), capacity.Sight{Pods: 1}},
		"one that runs and is not ready":    {pods([]podOption{running(corev1.ConditionFalse)}), capacity.Sight{Pods: 1, Bound: 1}},
		"one that is due now":               {pods([]podOption{unschedulable(time.Minute)}), capacity.Sight{Pods: 1, Unschedulable: 1}},
		"the first that is due counts": {
			pods([]podOption{unschedulable(time.Second)}, []podOption{unschedulable(30 * time.Second)}),
			capacity.Sight{Pods: 2, Pending: 2, PendingUntil: noon.Add(30 * time.Second)},
		},
		"those that go do not count":       {pods([]podOption{ready, leaving}, []podOption{old, leaving}), capacity.Sight{}},
		"those that are done do not count": {pods([]podOption{ready, finished}), capacity.Sight{}},
		"those of others do not count":     {pods([]podOption{ready, labelled("app", "db")}), capacity.Sight{}},
		"nor those elsewhere":              {pods([]podOption{ready, func(p *corev1.Pod) { p.Namespace = "lab" }}), capacity.Sight{}},
	} {
		t.Run(name, func(t *testing.T) {
			var i capacity.Inventory
			for _, p := range c.pods {
				i.SetPod(p)
			}
			require.Equal(t, c.want, i.Look(web(), time.Minute, noon))
		})
	}
}

// TestAPodIsFollowedThroughItsLife: each step changes what is told once, and in the
// end nothing is left of it.
func TestAPodIsFollowedThroughItsLife(t *testing.T) {
	var i capacity.Inventory
	look := func() capacity.Sight { return i.Look(web(), time.Minute, noon) }
	for _, step := range []struct {
		options []podOption
		want    capacity.Sight
	}{
		{nil, capacity.Sight{Pods: 1}},
		{[]podOption{unschedulable(time.Hour)}, capacity.Sight{Pods: 1, Unschedulable: 1}},
		{[]podOption{on("node-1")}, capacity.Sight{Pods: 1, Bound: 1}},
		{[]podOption{running(corev1.ConditionTrue)}, capacity.Sight{Pods: 1, Bound: 1, Ready: 1}},
		{[]podOption{running(corev1.ConditionTrue), requesting(corev1.ResourceCPU, "2")}, capacity.Sight{Pods: 1, Bound: 1, Ready: 1}},
		{[]podOption{running(corev1.ConditionTrue), leaving}, capacity.Sight{}},
	} {
		require.True(t, i.SetPod(pod("web-0", step.options...)))
		require.False(t, i.SetPod(pod("web-0", step.options...)), "the same again")
		require.Equal(t, step.want, look())
	}
	require.True(t, i.DeletePod("web-0"))
	require.False(t, i.DeletePod("web-0"))
}
