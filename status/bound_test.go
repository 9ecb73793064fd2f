package status_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/status"
)

// deployments are so many copies of a Deployment, as clusters tell of them: every
// tenth lacks something, and every hundredth cluster refuses the last change.
func deployments(n int) []status.Observation {
	var seen []status.Observation
	for i := range n {
		o := fares(federation.ClusterName(fmt.Sprintf("cluster-%04d.europe", i)), status.Healthy, "",
			counts("replicas", 10, "updatedReplicas", 10, "readyReplicas", 10, "availableReplicas", 10)...)
		o.Vitals.Observed, o.Remote = 4, deploymentStatus
		switch {
		case i%100 == 0:
			o.State, o.Message = status.UpdateFailed, `admission webhook "policy.example" denied the request: image is not signed`
		case i%10 == 0:
			o.Vitals.Health, o.Vitals.Message = status.Progressing, "8 of 10 replicas are available"
		}
		seen = append(seen, o)
	}
	return seen
}

var deploymentStatus = map[string]any{
	"observedGeneration": int64(4), "replicas": int64(10), "updatedReplicas": int64(10), "readyReplicas": int64(10), "availableReplicas": int64(10),
	"conditions": []any{
		map[string]any{
			"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable", "message": "Deployment has minimum availability.",
			"lastUpdateTime": "2026-01-01T00:00:00Z", "lastTransitionTime": "2026-01-01T00:00:00Z",
		},
		map[string]any{
			"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable", "message": `ReplicaSet "web-7d9b6f5c4d" has successfully progressed.`,
			"lastUpdateTime": "2026-01-01T00:00:00Z", "lastTransitionTime": "2026-01-01T00:00:00Z",
		},
	},
}

// size is how large a summary is as the status of a federated object.
func size(t testing.TB, s status.Summary) int {
	t.Helper()
	now := metav1.NewTime(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	stored := federatedkind.Status{
		ObservedGeneration: s.Generation, Totals: status.ByName(s.Totals),
		Worst: &federatedkind.WorstCluster{Cluster: string(s.Worst.Cluster), Health: string(s.Worst.Health), Message: s.Worst.Message},
	}
	for _, c := range s.Conditions {
		stored.Conditions = append(stored.Conditions, federatedkind.Condition{
			Type: c.Type, Status: metav1.ConditionStatus(c.Status), Reason: c.Reason, Message: c.Message, LastUpdateTime: now, LastTransitionTime: now,
		})
	}
	for _, o := range s.Clusters {
		stored.Clusters = append(stored.Clusters, federatedkind.ClusterStatus{
			Name: string(o.Cluster), Status: string(o.State), Message: o.Message, Health: string(o.Vitals.Health), HealthMessage: o.Vitals.Message,
			ObservedGeneration: o.Vitals.Observed, Counts: status.ByName(o.Vitals.Counts), RemoteStatus: o.Remote,
		})
	}
	raw, err := json.Marshal(stored)
	require.NoError(t, err)
	return len(raw)
}

func TestAThousandClustersFitIntoASummary(t *testing.T) {
	full := deployments(1000)
	got := status.KubeFed{}.Aggregate(status.Facts{Observations: full})
	all := status.Summary{Conditions: got.Conditions, Clusters: full, Totals: got.Totals, Worst: got.Worst}
	t.Logf("1,000 Deployments: %d bytes of %d, and without any details %d", size(t, got), size(t, all), size(t, status.Bound(all, 0)))
	require.LessOrEqual(t, size(t, got), status.MaxSummary)
	require.Equal(t, counts("replicas", 10000, "updatedReplicas", 10000, "readyReplicas", 10000, "availableReplicas", 10000), got.Totals)
	for i, o := range got.Clusters {
		kept := full[i]
		kept.Remote = o.Remote
		require.Equal(t, kept, o, "all but the copy's own status stays")
	}
}

func TestTheEstimateIsNotLessThanTheSize(t *testing.T) {
	for _, n := range []int{1, 50, 400} {
		all := status.Summary{Clusters: deployments(n)}
		for _, limit := range []int{size(t, all) / 2, size(t, all) - 1} {
			got := status.Bound(all, limit)
			require.Less(t, size(t, got), size(t, all))
			if n > 1 {
				require.LessOrEqual(t, size(t, got), limit)
			}
		}
	}
}

func TestDetailsGoInTheOrderInWhichTheyAreMissedLeast(t *testing.T) {
	long := strings.Repeat("x", 1000)
	detailed := func(name federation.ClusterName, health status.Health) status.Observation {
		o := fares(name, health, long, counts("replicas", 1)...)
		o.Remote = map[string]any{"field": long}
		return o
	}
	bare := func(o status.Observation) status.Observation {
		o.Message, o.Vitals.Message, o.Remote = "", "", nil
		return o
	}
	mute := func(o status.Observation) status.Observation {
		o.Remote = nil
		return o
	}
	refused := detailed("a", status.Healthy)
	refused.State, refused.Message, refused.Vitals.Message = status.UpdateFailed, long, ""
	paused, ill, fine := detailed("b", status.Suspended), detailed("c", status.Degraded), detailed("d", "")
	for name, c := range map[string]struct {
		room int // for so many details
		want []status.Observation
	}{
		"all":                                     {8, []status.Observation{refused, paused, ill, fine}},
		"the status of those that are fine":       {7, []status.Observation{refused, paused, ill, mute(fine)}},
		"those that fare best first":              {6, []status.Observation{refused, mute(paused), ill, mute(fine)}},
		"then their messages":                     {5, []status.Observation{refused, mute(paused), ill, bare(fine)}},
		"of all of them":                          {4, []status.Observation{refused, bare(paused), ill, bare(fine)}},
		"then the status of those that are not":   {3, []status.Observation{mute(refused), bare(paused), ill, bare(fine)}},
		"and also of the worst":                   {2, []status.Observation{mute(refused), bare(paused), mute(ill), bare(fine)}},
		"then their messages, the worst the last": {1, []status.Observation{bare(refused), bare(paused), mute(ill), bare(fine)}},
		"and then there is nothing to leave out":  {0, []status.Observation{bare(refused), bare(paused), bare(ill), bare(fine)}},
	} {
		t.Run(name, func(t *testing.T) {
			given := []status.Observation{refused, paused, ill, fine}
			got := status.Bound(status.Summary{Clusters: given}, 1000+1010*c.room)
			require.Equal(t, c.want, got.Clusters)
			require.Equal(t, []status.Observation{refused, paused, ill, fine}, given)
		})
	}
}

// ailing are so many copies that all have a lot to say, whose names do not tell how
// they fare.
func ailing(n int) []status.Observation {
	healths := []status.Health{status.Degraded, status.Progressing, status.Unknown, status.Terminating}
	var seen []status.Observation
	for i := range n {
		seen = append(seen, fares(federation.ClusterName(fmt.Sprintf("cluster-%04d.europe", i)), healths[i%len(healths)],
			fmt.Sprintf("%04d: %s", i, strings.Repeat("x", 1000)), counts("replicas", 10, "readyReplicas", 1)...))
	}
	return seen
}

// TestTheWorstKeepTheirMessagesTheLongest, wherever they are by name.
func TestTheWorstKeepTheirMessagesTheLongest(t *testing.T) {
	const n = 400
	given := ailing(n)
	for limit, silent := range map[int][]status.Health{
		300 << 10: {status.Progressing, status.Terminating},
		200 << 10: {status.Progressing, status.Terminating, status.Unknown},
		100 << 10: {status.Progressing, status.Terminating, status.Unknown, status.Degraded},
	} {
		got := status.Bound(status.Summary{Clusters: given}, limit).Clusters
		require.Len(t, got, n)
		last := silent[len(silent)-1] // of which some have a message, the first by name
		for i, o := range got {
			fares := o.Vitals.Health
			kept := !slices.Contains(silent, fares) || fares == last && o.Vitals.Message != ""
			if !kept {
				require.Empty(t, o.Vitals.Message, o.Cluster)
				o.Vitals.Message = given[i].Vitals.Message
			}
			require.Equal(t, given[i], o, "all else stays")
		}
		requireFirst(t, got, last)
	}
}

// requireFirst holds those that fare like that to have their messages from the first
// by name on, and not all of them.
func requireFirst(t *testing.T, clusters []status.Observation, health status.Health) {
	t.Helper()
	var mute, last string
	for _, o := range clusters {
		switch {
		case o.Vitals.Health != health:
		case o.Vitals.Message != "":
			last = string(o.Cluster)
		case mute == "":
			mute = string(o.Cluster)
		}
	}
	require.NotEmpty(t, last, health)
	require.Less(t, last, mute, health)
}

func TestTheNamesAreNeverFewer(t *testing.T) {
	for n, most := range map[int]int{100: 17_000, 400: 65_000, 1000: 162_000, 9000: 1_460_000} {
		full := status.Summary{Clusters: deployments(n)}
		bare := status.Bound(full, 0)
		require.Len(t, bare.Clusters, n)
		t.Logf("%d Deployments: %d bytes, and without any details %d", n, size(t, full), size(t, bare))
		require.LessOrEqual(t, size(t, bare), most)
	}
}

func TestWhatFitsIsLeftAsItIs(t *testing.T) {
	s := status.KubeFed{}.Aggregate(status.Facts{Observations: deployments(50)})
	require.Equal(t, s, status.Bound(s, 1<<20))
	require.Equal(t, deployments(50), s.Clusters)
	require.True(t, status.Equal(status.Bound(s, 5000), status.Bound(s, 5000)))
	require.False(t, status.Equal(s, status.Bound(s, 5000)))
}

func BenchmarkAggregate(b *testing.B) {
	facts := status.Facts{Observations: deployments(1000)}
	b.ReportAllocs()
	for b.Loop() {
		status.KubeFed{}.Aggregate(facts)
	}
}
