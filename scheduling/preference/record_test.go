package preference

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/scheduling/failover"
)

// TestRecordsSurviveTheStatus, with everything that may be in one.
func TestRecordsSurviveTheStatus(t *testing.T) {
	at, seven := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), int64(7)
	records := []failover.Record{
		{Cluster: "a", Limit: &failover.Limit{Replicas: 3, Cause: failover.Unhealthy, Since: at, RetryAt: at.Add(time.Minute), Times: 2}, Displaced: true,
			Moves: []time.Time{at, at.Add(time.Minute)}},
		{Cluster: "b", Limit: &failover.Limit{Cause: failover.NotReady, Since: at}},
		{Cluster: "c", Displaced: true},
		{Cluster: "d", Capacity: &seven},
	}
	var status v1alpha1.ReplicaSchedulingPreferenceStatus
	for _, r := range append(records, failover.Record{Cluster: "nothing to remember"}) {
		share := v1alpha1.ClusterShare{Name: string(r.Cluster)}
		keep(r, &share)
		status.Clusters = append(status.Clusters, share)
	}
	stored, err := json.Marshal(status)
	require.NoError(t, err)
	var read v1alpha1.ReplicaSchedulingPreferenceStatus
	require.NoError(t, json.Unmarshal(stored, &read))
	require.Equal(t, records, recordsOf(read))
}
