package transcript_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/aymanbagabas/go-udiff"
	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/fedrail/fedrail/examples/fedctl/transcript"
	"github.com/fedrail/fedrail/examples/fedctl/verbs"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

var update = flag.Bool("update", false, "write the parts of the README anew that the program writes")

const (
	readme   = "../README.md"
	toUpdate = "the README is not what the program prints; to have it so: go test -C examples/fedctl ./transcript -update"
)

// stands requires that a part of the README is what the program printed now. With
// -update it becomes that.
func stands(t *testing.T, name, printed string) {
	t.Helper()
	content, err := os.ReadFile(readme)
	require.NoError(t, err)
	page := transcript.Page(content)
	if *update {
		page, err = page.With(name, printed)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(readme, []byte(page), 0o644))
		return
	}
	part, err := page.Part(name)
	require.NoError(t, err)
	if part != printed {
		t.Fatalf("%s\n%s", toUpdate, udiff.Unified("README", "printed", part, printed))
	}
}

func TestTheReadmeListsEveryCommand(t *testing.T) {
	var out bytes.Buffer
	require.Zero(t, verbs.Run(t.Context(), []string{"fedctl", "--help"}, genericiooptions.IOStreams{Out: &out, ErrOut: &out}))
	stands(t, "commands", "\n"+transcript.Commands(out.String())+"\n")
}

func TestAPageWithoutThePartIsRefused(t *testing.T) {
	page := transcript.Page("a\n<!-- begin x: how -->\nold\n<!-- end x -->\nb\n")
	next, err := page.With("x", "new\n")
	require.NoError(t, err)
	require.Equal(t, transcript.Page("a\n<!-- begin x: how -->\nnew\n<!-- end x -->\nb\n"), next)
	_, err = page.Part("y")
	require.ErrorContains(t, err, `part "y": want a line that begins with "<!-- begin y:"`)
}

func TestTheReadmeShowsASessionAsItGoes(t *testing.T) {
	controlplanetest.Binaries(t)
	session, err := os.ReadFile("testdata/session.txt")
	require.NoError(t, err)
	d := newDesk(t, "berlin", "boston")
	stands(t, "session", "\n```console\n"+d.play(string(session))+"```\n\n")
}

func TestWhatDiffersFromRunToRunIsLeftOut(t *testing.T) {
	for printed, want := range map[string]string{
		"a     12s   b\n":                          "a     …     b\n",
		"a     3m12s   \nb\n":                      "a     …\nb\n",
		"12s ago, at https://127.0.0.1:4711/api\n": "… ago, at https://…/api\n",
		"web-65694dd889-56xwg   Ready\n":           "web-65694dd889-…       Ready\n",
		"uid: 1e3dd5f5-7a3c-4b2f-9d53-c0ffee00c0de\ncreationTimestamp: \"2026-01-02T03:04:05Z\"\n": "uid: …\ncreationTimestamp: \"…\"\n",
	} {
		require.Equal(t, "$ x\n"+want, transcript.Shown("x", printed, 0))
	}
	require.Equal(t, "$ false\n[exit code 1]\n", transcript.Shown("false", "", 1))
}
