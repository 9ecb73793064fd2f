package verbs_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// onTerminal runs a command line on a terminal that is narrow, with something typed in
// advance, and returns all that it shows.
func (w *world) onTerminal(dir, typed, line string) string {
	w.Helper()
	if _, err := exec.LookPath("script"); err != nil {
		w.Skip("needs script, of util-linux")
	}
	out, _ := w.shell(dir, `printf '`+typed+`' | script -qec "stty cols 60; `+line+`" /dev/null`) // its code is not what is looked at
	return out
}

func TestATerminalShowsWhatIsBegunAndAPipeWhatIsDone(t *testing.T) {
	w := newJoinable(t, "berlin")
	dir := w.installed()
	shown := w.onTerminal(dir, "", "fedctl join berlin")
	require.Contains(t, shown, "… reach cluster berlin\r✓ reach cluster berlin: v1.36.3 at ")
	require.NotContains(t, w.onTerminal(dir, "", "fedctl join berlin --progress=plain"), "…")
	require.NotContains(t, w.onTerminal(dir, "", "fedctl join berlin --progress=none"), "✓")
	require.NotContains(t, w.says(dir, "fedctl join berlin 2>&1 | cat"), "…")
}

func TestWhatCannotBeUndoneIsAskedAtATerminal(t *testing.T) {
	w := newJoinable(t, "berlin")
	dir := w.installed()
	w.ok("join", "berlin")
	w.control()
	w.ok("join", "berlin", "--wait")
	shown := w.onTerminal(dir, "no\\n", "fedctl unjoin berlin --policy=delete")
	require.Contains(t, shown, `write "berlin" to go on: `)
	require.Contains(t, shown, "error: nothing was done; --yes does not ask")
	require.Contains(t, w.ok("get", "clusters", "-o", "name").out, "berlin")
	shown = w.onTerminal(dir, "berlin\\n", "fedctl unjoin berlin --policy=delete")
	require.Contains(t, shown, "✓ wait until cluster berlin has left")
}

func TestColoursAreForTerminalsThatWantThem(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	dir := w.installed()
	w.declare("FederatedNamespace", "federatednamespaces", w.namespace, map[string]any{})
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{"template": map[string]any{"data": map[string]any{"a": "b"}}})
	_, err := w.objects(w.host.Config(), federatedTypes("federatedconfigmaps")).Get(t.Context(), "settings", metav1.GetOptions{})
	require.NoError(t, err)
	line := "fedctl diff configmap/settings -n " + w.namespace
	require.Contains(t, w.onTerminal(dir, "", line), "\x1b[")
	require.NotContains(t, w.onTerminal(dir, "", "NO_COLOR=1 "+line), "\x1b[")
	require.NotContains(t, w.onTerminal(dir, "", "TERM=dumb "+line), "\x1b[")
	out, _ := w.shell(dir, line+" | cat")
	require.NotContains(t, out, "\x1b[")
}
