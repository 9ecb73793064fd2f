package verbs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/examples/sandbox/kubectl"
)

// installed is a folder with the program under all its names, and kubectl.
func (w *world) installed() string {
	w.Helper()
	if testing.Short() {
		w.Skip("needs kubectl")
	}
	built, err := kubectl.Build(w.Context(), w.Output())
	require.NoError(w, err)
	self, err := filepath.Abs(os.Args[0])
	require.NoError(w, err)
	dir := w.TempDir()
	require.NoError(w, os.Symlink(built, filepath.Join(dir, "kubectl")))
	for _, name := range []string{"fedctl", "kubectl-fed", "kubectl_complete-fed"} {
		require.NoError(w, os.Symlink(self, filepath.Join(dir, name)))
	}
	return dir
}

// shell runs a script with the programs on its PATH.
func (w *world) shell(dir, script string) (string, error) {
	w.Helper()
	command := exec.CommandContext(w.Context(), "bash", "--noprofile", "--norc", "-c", script)
	command.Env = append(os.Environ(), asFedctl+"=yes", "KUBECONFIG="+w.kubeconfig, "PATH="+dir+":"+os.Getenv("PATH"))
	out, err := command.CombinedOutput()
	return string(out), err
}

// says runs a script that has to succeed.
func (w *world) says(dir, script string) string {
	w.Helper()
	out, err := w.shell(dir, script)
	require.NoError(w, err, out)
	return out
}

func TestKubectlHasItAsACommandOfItsOwn(t *testing.T) {
	w := newFederation(t, []string{"berlin", "madrid"})
	dir := w.installed()
	require.Contains(t, w.says(dir, "kubectl plugin list"), "/kubectl-fed\n")
	require.Equal(t, "kubefedcluster.core.kubefed.io/berlin\nkubefedcluster.core.kubefed.io/madrid\n", w.says(dir, "kubectl fed get clusters -o name --host-cluster-context host"))
	require.Contains(t, w.says(dir, "kubectl fed get --help"), "Usage:\n  kubectl fed get ")
	out, err := w.shell(dir, "kubectl fed get clusters -o xml")
	require.Error(t, err)
	require.Contains(t, out, "error: -o xml: want one of table, wide, json, yaml")
	require.Contains(t, w.says(dir, "kubectl __complete fed get cl"), "clusters")
}

// bashCompletion is what completions of bash are made with.
const bashCompletion = "/usr/share/bash-completion/bash_completion"

// completed is what bash offers for the last word of a line.
func (w *world) completed(dir, line string) []string {
	w.Helper()
	words := strings.Split(line, " ")
	script := `source ` + bashCompletion + `
source <(fedctl completion bash)
COMP_LINE=` + quote(line) + ` COMP_POINT=${#COMP_LINE} COMP_WORDS=(` + strings.Join(quoteAll(words), " ") + `) COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_TYPE=9
__start_fedctl 2>/dev/null
for reply in "${COMPREPLY[@]}"; do echo "${reply%% *}"; done`
	return strings.Fields(w.says(dir, script))
}

func quote(word string) string { return "'" + word + "'" }

func quoteAll(words []string) []string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return quoted
}

func TestAShellCompletesCommandsClustersAndObjects(t *testing.T) {
	w := newFederation(t, []string{"berlin", "madrid"})
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{})
	dir := w.installed()
	if _, err := os.Stat(bashCompletion); err != nil && os.Getenv("CI") == "" {
		t.Skip("needs bash-completion to be installed")
	}
	require.Subset(t, w.completed(dir, "fedctl un"), []string{"uninstall", "unjoin"})
	require.Equal(t, []string{"madrid"}, w.completed(dir, "fedctl unjoin m"))
	require.Equal(t, []string{"delete"}, w.completed(dir, "fedctl unjoin berlin --policy d"))
	require.Equal(t, []string{"configmaps/settings"}, w.completed(dir, "fedctl status -n "+w.namespace+" configmaps/s"))
	w.host.Kill()
	require.Empty(t, w.completed(dir, "fedctl unjoin m"), "a host that is away completes nothing, and says nothing")
	for _, shell := range []string{"zsh", "fish", "powershell"} {
		require.NotEmpty(t, w.says(dir, "fedctl completion "+shell))
	}
}

func TestASandboxIsACommandToo(t *testing.T) {
	w := newWorld(t)
	dir := w.installed()
	require.Contains(t, w.says(dir, "fedctl sandbox --help"), "fedctl sandbox up --members 2")
	out, err := w.shell(dir, "XDG_CACHE_HOME="+t.TempDir()+" fedctl sandbox status")
	require.Error(t, err)
	require.Contains(t, out, `error: sandbox "default" is not up`)
}
