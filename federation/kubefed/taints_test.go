package kubefed_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// member waits until the member is as wanted.
func (h *host) member(registry federation.Registry, name federation.ClusterName, wanted func(federation.Cluster) bool) federation.Cluster {
	h.t.Helper()
	c, _ := await(h.t, registry, func(set federation.ClusterSet) bool {
		c, there := set.Get(name)
		return there && wanted(c)
	}).Get(name)
	return c
}

func TestTaintsOfAClusterAreThoseOfTheMember(t *testing.T) {
	h := newHost(t)
	h.secret("token", map[string]string{"token": "any"})
	spec := newFake(t, "ok").spec("token")
	h.put("fake", spec, nil)
	registry, _ := h.start(h.options())
	bare := h.member(registry, "fake", func(c federation.Cluster) bool { return c.Ready })
	require.Empty(t, bare.Taints)

	long := metav1.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Local())
	spec.Unschedulable = true
	spec.Taints = []corev1beta1.Taint{
		{Key: "disk", Value: "slow", Effect: corev1.TaintEffectPreferNoSchedule},
		{Key: "old", Effect: corev1.TaintEffectNoExecute, TimeAdded: &long},
		{Key: "new", Effect: corev1.TaintEffectNoExecute},
	}
	before := time.Now()
	h.put("fake", spec, nil)
	tainted := h.member(registry, "fake", func(c federation.Cluster) bool { return len(c.Taints) > 0 })
	first := tainted.Taints[1].TimeAdded // in the order of the list
	if tainted.Taints[1].Key == "old" {
		first = tainted.Taints[2].TimeAdded
	}
	require.WithinRange(t, first.Time, before, time.Now(), "a taint without a time is as old as the registry knows it")
	require.ElementsMatch(t, []corev1.Taint{
		{Key: "disk", Value: "slow", Effect: corev1.TaintEffectPreferNoSchedule},
		{Key: "old", Effect: corev1.TaintEffectNoExecute, TimeAdded: &long},
		{Key: "new", Effect: corev1.TaintEffectNoExecute, TimeAdded: first},
		{Key: federation.CordonTaint, Effect: corev1.TaintEffectNoSchedule},
	}, tainted.Taints)

	h.put("fake", spec, map[string]string{"seen": "again"})
	again := h.member(registry, "fake", func(c federation.Cluster) bool { return len(c.Labels) > 0 })
	require.Equal(t, tainted.Taints, again.Taints, "and stays so old")

	spec.Unschedulable, spec.Taints = false, nil
	h.put("fake", spec, nil)
	require.True(t, h.member(registry, "fake", func(c federation.Cluster) bool { return len(c.Taints) == 0 }).Ready)
}

func TestWhenAMemberTurnedSurvivesARestart(t *testing.T) {
	h := newHost(t)
	member := newFake(t, "ok")
	h.secret("token", map[string]string{"token": "any"})
	h.put("fake", member.spec("token"), nil)
	began := time.Now()
	registry, stop := h.start(h.options())
	turned := h.member(registry, "fake", func(c federation.Cluster) bool { return c.Ready }).Turned
	require.WithinRange(t, turned, began, time.Now())

	down := "down"
	member.body.Store(&down)
	went := time.Now()
	turned = h.member(registry, "fake", func(c federation.Cluster) bool { return !c.Ready }).Turned
	require.WithinRange(t, turned, went, time.Now())
	recorded := func() bool {
		conditions := h.get("fake").Status.Conditions
		return len(conditions) > 0 && conditions[0].Status == metav1.ConditionFalse
	}
	eventually(t, recorded, "that is recorded")
	stop()

	second, _ := h.start(h.options())
	after := h.member(second, "fake", func(c federation.Cluster) bool { return !c.Ready }).Turned
	require.Equal(t, h.get("fake").Status.Conditions[0].LastTransitionTime.Time, after)
	require.WithinDuration(t, turned, after, 2*time.Second, "a record knows seconds")
}
