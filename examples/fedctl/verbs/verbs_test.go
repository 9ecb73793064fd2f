package verbs_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnErrorIsOneLine(t *testing.T) {
	require.Equal(t, result{code: 1, err: "error: unknown command \"uninstal\" for \"fedctl\"; Did you mean this? uninstall\n"}, run(t.Context(), "", "uninstal"))
	require.Equal(t, result{code: 1, err: "error: unknown flag: --colour\n"}, run(t.Context(), "", "get", "--colour"))
	r := run(t.Context(), "", "join")
	require.Equal(t, result{code: 1, err: "error: accepts 1 arg(s), received 0\n"}, r)
}

func TestWhatEveryCommandHasIsListedOnce(t *testing.T) {
	help := run(t.Context(), "", "--help")
	require.Zero(t, help.code)
	golden(t, "help", help.out)
	require.Contains(t, run(t.Context(), "", "options").out, "--host-cluster-context")
	require.NotContains(t, run(t.Context(), "", "get", "--help").out, "--host-cluster-context")
}
