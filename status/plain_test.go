package status_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/status"
)

func TestPlainHasReadyAloneAndAlwaysAReason(t *testing.T) {
	for name, state := range map[string]status.State{"fine": status.OK, "in trouble": status.CreationFailed} {
		t.Run(name, func(t *testing.T) {
			facts := status.Facts{Observations: []status.Observation{{Cluster: "a", State: state, Message: "no"}}}
			got, all := status.Plain{}.Aggregate(facts), status.KubeFed{}.Aggregate(facts)
			require.Equal(t, all.Conditions[1:2], got.Conditions)
			require.Equal(t, status.Ready, got.Conditions[0].Type)
			require.NotEmpty(t, got.Conditions[0].Reason)
			require.Equal(t, all.Clusters, got.Clusters)
		})
	}
}
