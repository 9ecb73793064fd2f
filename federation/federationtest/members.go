package federationtest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
)

func startsEmpty(t *testing.T, f Fixture) {
	f.Put("a")
	require.Empty(t, f.Registry.Snapshot().Names())
	f.Open()
	await(t, f.Registry, "a")
}

func firstIsWhole(t *testing.T, f Fixture) {
	for _, name := range (names{"c", "a", "b"}) {
		f.Put(name)
	}
	seen := follow(t, f.Registry)
	f.Open()
	require.Equal(t, names{"a", "b", "c"}, receive(t, seen).Names(), "a member that is missing has left the federation")
	require.Equal(t, names{"a", "b", "c"}, f.Registry.Snapshot().Names())
}

func knowsNone(t *testing.T, f Fixture) {
	seen := follow(t, f.Registry)
	f.Open()
	require.Empty(t, receive(t, seen).Names())
}

func yieldsChanges(t *testing.T, f Fixture) {
	f.Open()
	for _, step := range []struct {
		change func()
		want   names
	}{
		{func() { f.Put("b") }, names{"b"}},
		{func() { f.Put("a") }, names{"a", "b"}},
		{func() { f.Remove("b") }, names{"a"}},
		{func() { f.Put("b") }, names{"a", "b"}},
		{func() { f.Remove("a") }, names{"b"}},
		{func() { f.Remove("b") }, nil},
	} {
		step.change()
		await(t, f.Registry, step.want...)
		require.ElementsMatch(t, step.want, f.Registry.Snapshot().Names(), "the snapshot is what was yielded")
	}
}

func yieldsLabels(t *testing.T, f Fixture) {
	if f.Relabel == nil {
		t.Skip("members of this registry have no labels")
	}
	f.Put("a")
	f.Put("b")
	f.Open()
	for _, region := range []string{"eu", "us"} {
		f.Relabel("a", labels.Set{"region": region})
		set := awaitSet(t, f.Registry, func(set federation.ClusterSet) bool {
			a, _ := set.Get("a")
			return a.Labels["region"] == region
		})
		require.Equal(t, names{"a", "b"}, set.Names())
	}
}

func yieldsTaints(t *testing.T, f Fixture) {
	if f.Taint == nil {
		t.Skip("taints of members of this registry do not change")
	}
	f.Put("a")
	f.Put("b")
	f.Open()
	empties := corev1.Taint{Key: "example.com/go", Value: "v", Effect: corev1.TaintEffectNoExecute}
	keeps := corev1.Taint{Key: "stay", Effect: corev1.TaintEffectNoSchedule}
	for _, taints := range [][]corev1.Taint{{keeps}, {keeps, empties}, {empties}, nil} {
		f.Taint("a", taints...)
		set := awaitSet(t, f.Registry, func(set federation.ClusterSet) bool {
			a, _ := set.Get("a")
			return slices.Equal(texts(a.Taints), texts(taints))
		})
		b, _ := set.Get("b")
		require.Empty(t, b.Taints)
	}
}

func texts(taints []corev1.Taint) []string {
	all := make([]string, len(taints))
	for i, taint := range taints {
		all[i] = taint.ToString()
	}
	return all
}

func lateWatcher(t *testing.T, f Fixture) {
	f.Put("a")
	f.Open()
	await(t, f.Registry, "a")
	f.Put("b")
	await(t, f.Registry, "a", "b")
	require.Equal(t, names{"a", "b"}, receive(t, follow(t, f.Registry)).Names())
}

// slowWatcher changes the members while the watcher is busy with a snapshot:
// members only ever join, so a snapshot that lacks one is an old one.
func slowWatcher(t *testing.T, f Fixture) {
	f.Open()
	seen := follow(t, f.Registry)
	last := receive(t, seen)
	joining := names{"a", "b", "c", "d", "e"}
	for _, name := range joining {
		f.Put(name)
	}
	await(t, f.Registry, joining...)
	for !slices.Equal(last.Names(), joining) {
		next := receive(t, seen)
		for _, name := range last.Names() {
			require.Contains(t, next.Names(), name, "an older snapshot came after a newer one")
		}
		last = next
	}
}

func snapshotStays(t *testing.T, f Fixture) {
	f.Put("a")
	f.Put("b")
	f.Open()
	yielded := await(t, f.Registry, "a", "b")
	asked := f.Registry.Snapshot()
	f.Remove("a")
	f.Put("c")
	await(t, f.Registry, "b", "c")
	require.Equal(t, names{"a", "b"}, yielded.Names())
	require.Equal(t, names{"a", "b"}, asked.Names())
}
