package status_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/status"
)

// TestWhatIsSuspendedIsNotApplied, whatever the clusters hold; what is known of them
// is told all the same.
func TestWhatIsSuspendedIsNotApplied(t *testing.T) {
	s := status.KubeFed{}.Aggregate(status.Facts{
		Suspended:    status.Problem{Reason: "Suspended", Message: "it is suspended"},
		Rollout:      status.Problem{Reason: status.RolloutInProgress, Message: "one after the other"},
		Observations: []status.Observation{ok("a"), {Cluster: "b", State: status.WaitingForResume, Message: "it holds no copy"}},
	})
	message := "it is suspended; 1 of 2 clusters hold what they should; b: WaitingForResume: it holds no copy"
	require.Equal(t, []status.Condition{
		{Type: status.Propagation, Status: "False", Reason: status.CheckClusters, Message: message[len("it is suspended; "):]},
		{Type: status.Ready, Status: "False", Reason: "Suspended", Message: message},
		{Type: status.Scheduled, Status: "True", Reason: status.Placed, Message: "it is placed as asked"},
		{Type: status.Applied, Status: "False", Reason: "Suspended", Message: message},
		{Type: status.Available, Status: "True", Reason: status.NotJudged, Message: s.Conditions[4].Message},
	}, s.Conditions)
	s = status.KubeFed{}.Aggregate(status.Facts{
		Suspended: status.Problem{Reason: "Suspended", Message: "it is suspended"}, Observations: []status.Observation{ok("a")},
	})
	require.Equal(t, "True", s.Conditions[0].Status, "KubeFed's condition is what it was")
}
