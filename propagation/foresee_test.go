package propagation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// losing is an intent that was reported to be in three clusters, of which one is left.
func losing() propagation.LossRequest {
	in := previewed().Intent
	in.Parent, in.Generation = "its UID", 4
	in.Reported = status.Summary{Generation: 4, Clusters: []status.Observation{
		{Cluster: "berlin"}, {Cluster: "boston"}, {Cluster: "madrid", State: status.WaitingForRollout}, {Cluster: "oslo", State: status.WaitingForRemoval},
	}}
	return propagation.LossRequest{
		Intent: in, Kept: []federation.ClusterName{"madrid"},
		Members: federation.NewClusterSet(federation.Cluster{Name: "berlin"}, federation.Cluster{Name: "boston"}, federation.Cluster{Name: "madrid"}, federation.Cluster{Name: "oslo"}),
	}
}

func TestALossIsForeseenAndWhetherItIsAsked(t *testing.T) {
	r := losing()
	loss, any := propagation.LossOf(r)
	require.True(t, any)
	require.Equal(t, propagation.Loss{
		Held: []federation.ClusterName{"berlin", "boston", "madrid"}, Lost: []federation.ClusterName{"berlin", "boston"}, Kept: r.Kept,
	}, loss)
	require.Contains(t, propagation.MostAtOnce{}.Judge(loss), "2 of 3 clusters would lose the object")

	r.Before = r.Intent
	r.Intent.Placement.Want = placement.Placement{Clusters: r.Kept}
	r.Intent.Generation++
	loss, _ = propagation.LossOf(r)
	require.True(t, loss.Asked, "its own placement changed")

	r.Intent.Placement.Want = r.Before.Placement.Want
	loss, _ = propagation.LossOf(r)
	require.False(t, loss.Asked, "something else in it changed")

	r.Kept = []federation.ClusterName{"berlin", "boston", "madrid"}
	_, any = propagation.LossOf(r)
	require.False(t, any)
}
