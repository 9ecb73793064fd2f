package transcript_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/fedrail/fedrail/examples/fedctl/transcript"
	"github.com/fedrail/fedrail/examples/fedctl/verbs"
)

var update = flag.Bool("update", false, "write the parts of the README anew that the program writes")

const (
	readme   = "../README.md"
	toUpdate = "the README is not what the program prints; if it should be: go test -C examples/fedctl ./transcript -update"
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
	require.Equal(t, part, printed, toUpdate)
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
