package federation_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
)

func TestClusterSetIsInNameOrder(t *testing.T) {
	b, a, c := federation.Cluster{Name: "b"}, federation.Cluster{Name: "a", Ready: true}, federation.Cluster{Name: "c"}
	set := federation.NewClusterSet(b, a, c)
	require.Equal(t, []federation.Cluster{a, b, c}, slices.Collect(set.All()))
	require.Equal(t, []federation.ClusterName{"a", "b", "c"}, set.Names())
	require.Equal(t, 3, set.Len())
}

func TestClusterSetHasTheLastOfEachName(t *testing.T) {
	set := federation.NewClusterSet(
		federation.Cluster{Name: "a", Region: "first"}, federation.Cluster{Name: "b"},
		federation.Cluster{Name: "a", Region: "second"}, federation.Cluster{Name: "a", Region: "third"},
	)
	require.Equal(t, []federation.Cluster{{Name: "a", Region: "third"}, {Name: "b"}}, slices.Collect(set.All()))
}

func TestClusterSetGet(t *testing.T) {
	set := federation.NewClusterSet(federation.Cluster{Name: "a"}, federation.Cluster{Name: "c", Region: "eu"})
	for name, want := range map[federation.ClusterName]bool{"a": true, "b": false, "c": true, "d": false, "": false} {
		got, found := set.Get(name)
		require.Equal(t, want, found, name)
		require.Equal(t, want, got.Name == name && name != "", name)
	}
	got, _ := set.Get("c")
	require.Equal(t, federation.Cluster{Name: "c", Region: "eu"}, got)
}

func TestZeroClusterSetIsEmpty(t *testing.T) {
	var set federation.ClusterSet
	require.Empty(t, slices.Collect(set.All()))
	require.Empty(t, set.Names())
	require.Zero(t, set.Len())
	_, found := set.Get("a")
	require.False(t, found)
}

func TestClusterSetIsNotChangedThroughWhatItWasMadeOf(t *testing.T) {
	clusters := []federation.Cluster{{Name: "b"}, {Name: "a"}}
	set := federation.NewClusterSet(clusters...)
	require.Equal(t, []federation.Cluster{{Name: "b"}, {Name: "a"}}, clusters, "the argument keeps its order")
	clusters[0].Name, set.Names()[0] = "x", "y"
	require.Equal(t, []federation.ClusterName{"a", "b"}, set.Names())
}

func TestStaying(t *testing.T) {
	a, b := federation.Cluster{Name: "a"}, federation.Cluster{Name: "b", Leaving: federation.LeavingDelete}
	require.Equal(t, federation.NewClusterSet(a), federation.NewClusterSet(a, b).Staying())
	require.Equal(t, federation.NewClusterSet(a), federation.NewClusterSet(a).Staying())
	require.Empty(t, federation.NewClusterSet(b).Staying().Names())
}
