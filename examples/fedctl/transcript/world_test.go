package transcript_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fedrail/fedrail/examples/controller/plane"
	"github.com/fedrail/fedrail/examples/fedctl/transcript"
	"github.com/fedrail/fedrail/examples/fedctl/verbs"
	"github.com/fedrail/fedrail/examples/sandbox/kubectl"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

var servers controlplanetest.Pool

// asFedctl has the test binary be the program.
const asFedctl = "FEDRAIL_TEST_AS_FEDCTL"

func TestMain(m *testing.M) {
	if os.Getenv(asFedctl) != "" {
		os.Exit(verbs.Run(context.Background(), os.Args, genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}))
	}
	servers.Main(m)
}

const (
	tick = 200 * time.Millisecond
	soon = time.Minute
)

// desk is a folder that somebody works in, with kubeconfig files of a host and of
// clusters, and the programs.
type desk struct {
	*testing.T
	dir, bin string
	clusters map[string]*controlplane.Cluster
}

func newDesk(t *testing.T, names ...string) *desk {
	t.Helper()
	d := &desk{T: t, dir: t.TempDir(), bin: t.TempDir(), clusters: map[string]*controlplane.Cluster{}}
	d.install()
	require.NoError(t, os.CopyFS(d.dir, os.DirFS("testdata/files")))
	all := servers.Fresh(t, "host")
	for _, c := range servers.Clusters(t, controlplane.NodeOptions{Count: 1}, names...) {
		d.clusters[c.Cluster()] = c
		all = append(all, c.Server)
	}
	for _, s := range all {
		d.kubeconfig(s.Cluster(), s)
	}
	d.kubeconfig("all", all...)
	return d
}

// install puts the programs where the shell finds them.
func (d *desk) install() {
	d.Helper()
	built, err := kubectl.Build(d.Context(), d.Output())
	require.NoError(d, err)
	self, err := filepath.Abs(os.Args[0])
	require.NoError(d, err)
	require.NoError(d, os.Symlink(built, filepath.Join(d.bin, "kubectl")))
	require.NoError(d, os.Symlink(self, filepath.Join(d.bin, "fedctl")))
}

// kubeconfig writes a file with a context for each server, the first of which is the
// current one.
func (d *desk) kubeconfig(name string, of ...*controlplane.Server) {
	d.Helper()
	content, err := controlplane.Kubeconfig(of...)
	require.NoError(d, err)
	require.NoError(d, os.WriteFile(filepath.Join(d.dir, name+".yaml"), content, 0o600))
}

// shell runs a command, and returns what it printed to both streams, and its exit code.
func (d *desk) shell(command string) (string, int) {
	d.Helper()
	var printed bytes.Buffer // one pipe for both: lines are in the order they were written in
	shell := exec.CommandContext(d.Context(), "bash", "--noprofile", "--norc", "-c", command)
	shell.Dir, shell.Stdout, shell.Stderr = d.dir, &printed, &printed
	shell.Env = append(os.Environ(), asFedctl+"=yes", "KUBECONFIG=host.yaml", "HOME="+d.dir, "LC_ALL=C.UTF-8", "TERM=xterm", "PATH="+d.bin+":"+os.Getenv("PATH"))
	err := shell.Run()
	if exit, is := errors.AsType[*exec.ExitError](err); is {
		return printed.String(), exit.ExitCode()
	}
	require.NoError(d, err)
	return printed.String(), 0
}

// play runs a session, and returns what it shows.
func (d *desk) play(session string) string {
	d.Helper()
	var shown strings.Builder
	for _, line := range transcript.LinesOf(session) {
		switch line.Kind {
		case '$':
			printed, code := d.shell(line.Text)
			shown.WriteString(transcript.Shown(line.Text, printed, code))
		case '%':
			printed, code := d.shell(line.Text)
			require.Zero(d, code, "%s\n%s", line.Text, printed)
		case '~':
			require.Eventually(d, func() bool { _, code := d.shell(line.Text); return code == 0 }, soon, tick, line.Text)
		case '@':
			d.do(strings.Fields(line.Text))
		default:
			shown.WriteString(line.Text + "\n")
		}
	}
	return shown.String()
}

// do does what no command does.
func (d *desk) do(words []string) {
	d.Helper()
	switch words[0] {
	case "control":
		d.control(filepath.Join(d.dir, words[1]))
	case "kill":
		d.clusters[words[1]].Kill()
	default:
		require.Fail(d, "nobody does that", "%q", words)
	}
}

// control runs the reference controller with a kubeconfig file, until the test ends.
func (d *desk) control(file string) {
	d.Helper()
	host, err := clientcmd.BuildConfigFromFlags("", file)
	require.NoError(d, err)
	config, err := plane.LoadConfig(d.Context(), host, corev1beta1.DefaultNamespace)
	require.NoError(d, err)
	config.Spec.ClusterHealthCheck.Period = &metav1.Duration{Duration: time.Second}
	p, err := plane.New(plane.Options{Host: host, Namespace: corev1beta1.DefaultNamespace, Config: config, Election: plane.Elect})
	require.NoError(d, err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = p.Run(ctx) })
	d.Cleanup(func() { cancel(); running.Wait() })
}
