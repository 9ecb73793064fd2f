package pull_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/pull"
)

func TestAMemberIsToldFromItsNamespaceAndItsLease(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	namespace := func() *unstructured.Unstructured {
		u := &unstructured.Unstructured{Object: map[string]any{}}
		u.SetName("fedrail-member-edge1")
		u.SetLabels(map[string]string{pull.MemberLabel: "true", "region": "eu"})
		u.SetAnnotations(map[string]string{pull.ClusterAnnotation: "edge1", pull.TaintsAnnotation: "[{key: a, effect: NoSchedule}]"})
		return u
	}
	lease := func(renewed time.Time) *unstructured.Unstructured {
		u := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
			"renewTime": renewed.Format("2006-01-02T15:04:05.000000Z07:00"), "leaseDurationSeconds": int64(40)}}}
		u.SetName(pull.LeaseName)
		return u
	}
	want := federation.Cluster{Name: "edge1", Labels: labels.Set{"region": "eu"}, Ready: true,
		Taints: []corev1.Taint{{Key: "a", Effect: corev1.TaintEffectNoSchedule}}}
	got, err := pull.ClusterOf(namespace(), lease(now.Add(-39*time.Second)), now)
	require.NoError(t, err)
	require.Equal(t, want, got)

	got, err = pull.ClusterOf(namespace(), lease(now.Add(-41*time.Second)), now)
	require.NoError(t, err)
	require.False(t, got.Ready)
	require.Equal(t, "its agent was last heard of at 2026-01-02T03:03:24Z; it may be down, or the member not well, or the way to the host closed", got.Message)

	got, err = pull.ClusterOf(namespace(), nil, now)
	require.NoError(t, err)
	require.Equal(t, "its agent has never been heard of", got.Message)

	spoilt := namespace()
	spoilt.SetAnnotations(map[string]string{pull.ClusterAnnotation: "edge1", pull.TaintsAnnotation: "[{]"})
	got, err = pull.ClusterOf(spoilt, nil, now)
	require.ErrorContains(t, err, "metadata.annotations["+pull.TaintsAnnotation+"]")
	require.Equal(t, []corev1.Taint{{Key: pull.UnreadableTaint, Effect: corev1.TaintEffectNoSchedule}}, got.Taints)

	foreign := namespace()
	foreign.SetName("another")
	got, err = pull.ClusterOf(foreign, nil, now)
	require.NoError(t, err)
	require.Equal(t, federation.Cluster{}, got)
}
