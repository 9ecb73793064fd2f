package scheduling_test

import (
	"cmp"
	"hash/fnv"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
)

// turns are clusters that are alike, in the order in which a planner gives one
// replica more to each.
func turns(t *testing.T, planner scheduling.Planner, key string, names ...federation.ClusterName) []federation.ClusterName {
	var order []federation.ClusterName
	for total := range len(names) {
		plan, err := planner.Plan(t.Context(), scheduling.Request{Key: key, Total: int64(total + 1), Clusters: even.Candidates(names...)})
		require.NoError(t, err)
		for _, s := range plan.Shares {
			if s.Replicas > 0 && !slices.Contains(order, s.Cluster) {
				order = append(order, s.Cluster)
			}
		}
	}
	return order
}

// TestTheOddReplicaGoesByTheHashOfClusterAndWorkload has the hashes beside it: FNV-1,
// 32 bits, of the name and then the key, the lowest first.
func TestTheOddReplicaGoesByTheHashOfClusterAndWorkload(t *testing.T) {
	for key, want := range map[string][]federation.ClusterName{
		"shop/web":      {"rome", "madrid", "berlin", "oslo"}, // 48f2298d cb5dab2d cbe9e0a6 de339cdf
		"test-ns/nginx": {"berlin", "rome", "oslo", "madrid"}, // 13fec9e6 6ee2d5fb 8cae9739 8f46101b
		"default/web":   {"berlin", "madrid", "rome", "oslo"}, // 33c9f07b 3614aff6 5e3c7256 eac68580
		"":              {"berlin", "rome", "madrid", "oslo"}, // 436fd455 79d05bba 84940dda e025bc40
	} {
		for name, planner := range map[string]scheduling.Planner{"KubeFed": scheduling.KubeFed{}, "Fair": scheduling.Fair{}} {
			require.Equal(t, want, turns(t, planner, key, "berlin", "madrid", "oslo", "rome"), "%s: %q", name, key)
		}
	}
}

func FuzzTies(f *testing.F) {
	f.Add("shop/web", "member1", "member2")
	f.Add("a/b", "ab", "a")
	f.Fuzz(func(t *testing.T, key, first, second string) {
		hash := func(name string) uint32 {
			h := fnv.New32()
			_, _ = h.Write([]byte(name + key))
			return h.Sum32()
		}
		if first == "" || second == "" || first == second {
			t.Skip("no two clusters")
		}
		want := []federation.ClusterName{federation.ClusterName(first), federation.ClusterName(second)}
		slices.SortFunc(want, func(a, b federation.ClusterName) int {
			return cmp.Or(cmp.Compare(hash(string(a)), hash(string(b))), cmp.Compare(a, b))
		})
		require.Equal(t, want, turns(t, scheduling.KubeFed{}, key, federation.ClusterName(first), federation.ClusterName(second)))
	})
}

// TestClustersOfTheSameHashGoByName has two names that happen to have one, with any
// key.
func TestClustersOfTheSameHashGoByName(t *testing.T) {
	want := []federation.ClusterName{"edge-112383", "edge-349598"}
	require.Equal(t, want, turns(t, scheduling.KubeFed{}, "shop/web", "edge-112383", "edge-349598"))
	require.Equal(t, want, turns(t, scheduling.KubeFed{}, "shop/web", "edge-349598", "edge-112383"))
}
