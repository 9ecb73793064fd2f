package federatedkind_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

func TestARolloutReadsTheSameFromSpecAndAnnotation(t *testing.T) {
	const said = `{"maxConcurrent":"25%","minReadySeconds":60,"deadlineSeconds":900,"onFailure":"Continue","paused":true,
		"order":[{"clusterSelector":{"matchLabels":{"stage":"canary"}}},{"clusters":[{"name":"tokyo"}]}]}`
	share, deadline := intstr.FromString("25%"), int64(900)
	want := federatedkind.Rollout{
		MaxConcurrent: &share, MinReadySeconds: 60, DeadlineSeconds: &deadline, OnFailure: "Continue", Paused: true,
		Order: []federatedkind.RolloutGroup{
			{ClusterSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"stage": "canary"}}},
			{Clusters: []federatedkind.ClusterReference{{Name: "tokyo"}}},
		},
	}
	noted, err := federatedkind.ParseRollout(said)
	require.NoError(t, err)
	require.Equal(t, want, *noted)
	spec, err := federatedkind.SpecOf(object(t, `"spec":{"rollout":`+said+`}`))
	require.NoError(t, err)
	require.Equal(t, want, *spec.Rollout)
	number, err := federatedkind.ParseRollout("maxConcurrent: 2")
	require.NoError(t, err)
	require.Equal(t, intstr.FromInt32(2), *number.MaxConcurrent)
}
