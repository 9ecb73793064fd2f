package verbs_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

// answers runs the program, which has to say just that, and nothing on the standard
// error.
func (w *world) answers(want string, args ...string) {
	w.Helper()
	require.Equal(w, result{out: want}, w.ok(args...))
}

// taints are those of a member. Those that empty it have a time.
func (w *world) taints(member string) []string {
	w.Helper()
	all, err := w.setup().Taints(w.Context(), member)
	require.NoError(w, err)
	texts := []string{}
	for _, t := range all {
		require.True(w, t.Effect != corev1.TaintEffectNoExecute || t.TimeAdded != nil, "%s has a time", t.ToString())
		texts = append(texts, t.ToString())
	}
	return texts
}

func TestTaintsFromTheCommandLine(t *testing.T) {
	w := newFederation(t, []string{"m1"})
	w.joinFetching("m2")
	for _, member := range []string{"m1", "m2"} {
		w.answers(member+" is tainted as asked\n", "taint", member, "example.com/repair=disk:NoExecute", "disk:PreferNoSchedule", "example.com/repair:NoSchedule")
		require.ElementsMatch(t, []string{"example.com/repair=disk:NoExecute", "disk:PreferNoSchedule", "example.com/repair:NoSchedule"}, w.taints(member))
		w.answers(member+" is tainted as asked\n", "taint", member, "example.com/repair:NoSchedule-", "disk=slow:PreferNoSchedule")
		require.ElementsMatch(t, []string{"example.com/repair=disk:NoExecute", "disk=slow:PreferNoSchedule"}, w.taints(member))
		w.answers(member+" is cordoned\n", "cordon", member)
		w.answers(member+" is tainted as asked\n", "taint", member, "example.com/repair-", "disk-", "fedrail.io/unschedulable-", "never-was-")
		require.Empty(t, w.taints(member))
		for text, want := range map[string]string{
			"repair":        `taint "repair": write key=value:Effect or key:Effect, and key:Effect- or key- to remove one`,
			"=disk:NoShow":  `taint "=disk:NoShow": write key=value:Effect or key:Effect`,
			"repair:Evict":  `taints[0] "repair:Evict": effect: there is no "Evict": write NoSchedule, PreferNoSchedule or NoExecute`,
			"a b:NoExecute": `taints[0] "a b:NoExecute": key: name part must consist of`,
		} {
			r := w.fedctl("taint", member, text)
			require.Equal(t, 1, r.code)
			require.Contains(t, r.err, want)
		}
		require.Empty(t, w.taints(member))
	}
	for _, args := range [][]string{{"cordon", "m3"}, {"uncordon", "m3"}, {"drain", "m3"}, {"drain", "m3", "--wait"}, {"taint", "m3", "k:NoSchedule"}} {
		require.Equal(t, result{err: "error: no member has the name \"m3\"; members: m1, m2\n", code: 1}, w.fedctl(args...))
	}
}

func TestNobodyHasJoinedYet(t *testing.T) {
	w := newFederation(t, nil)
	require.Equal(t, result{err: "error: no cluster has joined the federation yet\n", code: 1}, w.fedctl("cordon", "m1"))
}

func TestADryRunOfACordonWritesNothing(t *testing.T) {
	w := newFederation(t, []string{"m1"})
	w.answers("m1 is cordoned (dry run)\n", "cordon", "m1", "--dry-run")
	w.answers("m1 is cordoned (server dry run)\n", "cordon", "m1", "--dry-run=server")
	w.answers("m1 is being drained (dry run)\n", "drain", "m1", "--dry-run")
	w.answers("m1 is tainted as asked (server dry run)\n", "taint", "m1", "disk:NoSchedule", "--dry-run=server")
	require.Empty(t, w.taints("m1"))
	r := w.fedctl("taint", "m1", "repair:Evict", "--dry-run")
	require.Contains(t, r.err, `there is no "Evict"`)
	r = w.as(w.reader(), "cordon", "m1")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, `error: member "m1": kubefedclusters.core.kubefed.io "m1" is forbidden`)
}
