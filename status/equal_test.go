package status_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/status"
)

func TestEqual(t *testing.T) {
	counts := func() []status.Count { return []status.Count{{Name: "ready", N: 1}, {Name: "all", N: 2}} }
	full := func() status.Summary {
		return status.Summary{
			Generation: 3,
			Conditions: []status.Condition{{Type: "Ready", Status: "True", Reason: "AllClusters", Message: "fine"}},
			Clusters: []status.Observation{
				{Cluster: "a", State: status.OK, Remote: map[string]any{"replicas": int64(1), "conditions": []any{map[string]any{"type": "x"}}}},
				{Cluster: "b", State: status.CreationFailed, Message: "no", Vitals: status.Vitals{Counts: counts()}},
			},
			Totals: counts(),
		}
	}
	for name, c := range map[string]struct {
		change func(*status.Summary)
		equal  bool
	}{
		"nothing":              {func(*status.Summary) {}, true},
		"empty for no remote":  {func(s *status.Summary) { s.Clusters[1].Remote = map[string]any{} }, true},
		"generation":           {func(s *status.Summary) { s.Generation++ }, false},
		"condition status":     {func(s *status.Summary) { s.Conditions[0].Status = "False" }, false},
		"condition message":    {func(s *status.Summary) { s.Conditions[0].Message = "" }, false},
		"condition less":       {func(s *status.Summary) { s.Conditions = nil }, false},
		"cluster less":         {func(s *status.Summary) { s.Clusters = s.Clusters[:1] }, false},
		"cluster name":         {func(s *status.Summary) { s.Clusters[1].Cluster = "c" }, false},
		"state":                {func(s *status.Summary) { s.Clusters[1].State = status.OK }, false},
		"message":              {func(s *status.Summary) { s.Clusters[1].Message = "yes" }, false},
		"rollout":              {func(s *status.Summary) { s.Clusters[0].Rollout.Phase = "Changing" }, false},
		"health":               {func(s *status.Summary) { s.Clusters[0].Vitals.Health = status.Degraded }, false},
		"count":                {func(s *status.Summary) { s.Clusters[0].Vitals.Counts = []status.Count{{Name: "replicas", N: 1}} }, false},
		"another count":        {func(s *status.Summary) { s.Clusters[1].Vitals.Counts[0].N++ }, false},
		"order of counts":      {func(s *status.Summary) { slices.Reverse(s.Clusters[1].Vitals.Counts) }, true},
		"order of totals":      {func(s *status.Summary) { slices.Reverse(s.Totals) }, true},
		"a total less":         {func(s *status.Summary) { s.Totals = s.Totals[1:] }, false},
		"generation of a copy": {func(s *status.Summary) { s.Clusters[0].Vitals.Generation = 7 }, true},
		"remote gone":          {func(s *status.Summary) { s.Clusters[0].Remote = nil }, false},
		"remote":               {func(s *status.Summary) { s.Clusters[0].Remote["replicas"] = int64(2) }, false},
		"depth of the remote":  {func(s *status.Summary) { s.Clusters[0].Remote["conditions"].([]any)[0].(map[string]any)["type"] = "y" }, false},
		"everything is absent": {func(s *status.Summary) { *s = status.Summary{} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := full(), full()
			c.change(&b)
			require.Equal(t, c.equal, status.Equal(a, b))
			require.Equal(t, c.equal, status.Equal(b, a))
		})
	}
}

func TestEqualTakesEmptyForAbsent(t *testing.T) {
	require.True(t, status.Equal(status.Summary{}, status.Summary{Conditions: []status.Condition{}, Clusters: []status.Observation{}}))
}
