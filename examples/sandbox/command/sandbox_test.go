package command

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// cliEnv makes the test binary the command that is tested, so that the sandbox it
// starts in the background is the same program.
const cliEnv = "FEDRAIL_TEST_AS_SANDBOX"

func TestMain(m *testing.M) {
	if os.Getenv(cliEnv) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		if err := New().ExecuteContext(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "sandbox:", err)
			os.Exit(1)
		}
		return
	}
	m.Run()
}

// cli is a command line with a cache folder of its own.
type cli struct {
	t     *testing.T
	cache string
	env   []string
}

func newCLI(t *testing.T) cli {
	t.Helper()
	bins := controlplanetest.Binaries(t)
	cache := t.TempDir()
	return cli{t: t, cache: cache, env: append(os.Environ(), cliEnv+"=1", "XDG_CACHE_HOME="+cache, controlplane.BinEnv+"="+filepath.Dir(bins.Kwok))}
}

func (c cli) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = c.env
	return cmd
}

// fails runs a command that must fail, and is what it says.
func (c cli) fails(args ...string) string {
	c.t.Helper()
	out, err := c.command(args...).CombinedOutput()
	require.Error(c.t, err, "%s", out)
	return string(out)
}

// runs runs a command that must succeed, and is what it says.
func (c cli) runs(args ...string) string {
	c.t.Helper()
	out, err := c.command(args...).CombinedOutput()
	require.NoError(c.t, err, "%s", out)
	return string(out)
}

func (c cli) folder() string { return filepath.Join(c.cache, "fedrail", "sandbox", "default") }

// up starts a sandbox, and the test takes it down in any case.
func (c cli) up(args ...string) string {
	c.t.Helper()
	c.t.Cleanup(func() { c.runs("down") })
	return c.runs(append([]string{"up"}, args...)...)
}

// pids are those that status tells.
func pids(t *testing.T, status string) []int {
	t.Helper()
	var pids []int
	for _, found := range regexp.MustCompile(`(?:kube-[a-z-]+|kwok|etcd) (\d+)`).FindAllStringSubmatch(status, -1) {
		pid, err := strconv.Atoi(found[1])
		require.NoError(t, err)
		pids = append(pids, pid)
	}
	return pids
}

// alive says that a process with one of these ids is there and is not a zombie.
func alive(pids []int) bool {
	return slices.ContainsFunc(pids, func(pid int) bool {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			return syscall.Kill(pid, 0) == nil
		}
		return !strings.Contains(string(stat), ") Z ")
	})
}

func TestUpGivesRealClustersAndDownLeavesNothing(t *testing.T) {
	c := newCLI(t)
	require.Contains(t, c.fails("status"), `sandbox "default" is not up`)
	require.Contains(t, c.up("--members", "1", "--nodes", "3", "--region", "member1=us", "--zone", "member1=us-1"), "kubectl --context member1")
	require.Contains(t, c.runs("up"), `sandbox "default" is up already`)

	config, err := clientcmd.LoadFromFile(filepath.Join(c.folder(), "kubeconfig"))
	require.NoError(t, err)
	require.Equal(t, "host", config.CurrentContext)
	require.ElementsMatch(t, []string{"host", "member1"}, slices.Collect(maps.Keys(config.Contexts)))

	status := c.runs("status")
	require.Regexp(t, `host +answers +3/3 ready +eu +eu-a,eu-b`, status)
	require.Regexp(t, `member1 +answers +3/3 ready +us +us-1 `, status)
	started := pids(t, status)
	require.Len(t, started, 9, "four processes for each cluster, and etcd: %s", status)

	c.runs("pause", "member1")
	require.Regexp(t, `host +answers(.|\n)*member1 +does not answer`, c.runs("status"))
	c.runs("continue", "member1")
	require.Regexp(t, `member1 +answers`, c.runs("status"))
	c.runs("pause", "member1")

	require.Contains(t, c.runs("down"), `sandbox "default" is down`)
	require.False(t, alive(started))
	require.NoDirExists(t, c.folder())
	require.Contains(t, c.runs("down"), "is not up")
}

func TestKilledSandboxLeavesNoProcessAndStartsAgain(t *testing.T) {
	c := newCLI(t)
	c.up("--bare", "--members", "0")
	started := pids(t, c.runs("status"))
	owner, err := os.ReadFile(filepath.Join(c.folder(), "owner"))
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(owner)))
	require.NoError(t, err)

	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	require.Eventually(t, func() bool { return !alive(started) }, 10*time.Second, 20*time.Millisecond)
	require.Contains(t, c.fails("status"), "is not up")
	require.Contains(t, c.runs("up", "--bare", "--members", "0"), `sandbox "default" is up`)
}

func TestForegroundEndsWithTheCommand(t *testing.T) {
	c := newCLI(t)
	cmd := c.command("up", "--foreground", "--bare", "--members", "0")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	said := make([]byte, 0, 1024)
	for !strings.Contains(string(said), "is up") {
		chunk := make([]byte, 1024)
		n, err := out.Read(chunk)
		require.NoError(t, err, "%s", said)
		said = append(said, chunk[:n]...)
	}
	started := pids(t, c.runs("status"))
	require.NotEmpty(t, started)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	_, err = io.Copy(io.Discard, out)
	require.NoError(t, err)
	require.NoError(t, cmd.Wait())
	require.False(t, alive(started))
	require.NoDirExists(t, c.folder())
}

func TestWrongFlagsAreNamed(t *testing.T) {
	c := builder(t)
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"a negative count":   {[]string{"up", "--members", "-1"}, "--members -1"},
		"no quantity":        {[]string{"up", "--node-cpu", "many"}, `invalid argument "many" for "--node-cpu"`},
		"no CPU at all":      {[]string{"up", "--node-cpu", "0"}, "more than nothing"},
		"an unknown cluster": {[]string{"up", "--region", "m1=eu"}, `no cluster "m1", there are host, member1, member2, member3`},
		"no value":           {[]string{"up", "--zone", "member1"}, `--zone "member1": write it as member1=value`},
		"a name with dots":   {[]string{"up", "--name", "../x"}, `--name "../x"`},
		"no source":          {[]string{"build", "--servers-dir", t.TempDir()}, "it has no go.mod"},
	} {
		t.Run(name, func(t *testing.T) { require.Contains(t, c.fails(test.args...), test.want) })
	}
}
