package verbs_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// kubefedScript is a script that was written for kubefedctl, and what it writes to its
// standard output with that; with the name of this program in both.
func kubefedScript(t *testing.T) (script, want string) {
	t.Helper()
	read := func(file string) string {
		content, err := os.ReadFile("testdata/script/" + file)
		require.NoError(t, err)
		return strings.ReplaceAll(string(content), "kubefedctl", "fedctl")
	}
	return read("kubefed.sh"), read("kubefed.txt")
}

// The name is all that changes in a script that was written for kubefedctl, and what it
// reads from the standard output is what it read there.
func TestAScriptForKubefedctlWorksWithTheNameChanged(t *testing.T) {
	w := newJoinable(t, "cluster1", "cluster2")
	w.control()
	dir := w.installed()
	script, want := kubefedScript(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var out, told bytes.Buffer
	command := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "-c", script)
	command.Stdout, command.Stderr, command.WaitDelay = &out, &told, time.Second
	command.Env = append(os.Environ(), asFedctl+"=yes", "KUBECONFIG="+w.kubeconfig, "PATH="+dir+":"+os.Getenv("PATH"))
	err := command.Run()
	require.NoError(t, err, "%s\n%s", out.String(), told.String())
	require.Equal(t, want, out.String(), told.String())
}
