package kubectl_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/examples/controller/plane"
	"github.com/fedrail/fedrail/examples/sandbox/kubectl"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// declared is a namespace and a ConfigMap of it for all members.
const declared = `
apiVersion: types.kubefed.io/v1beta1
kind: FederatedNamespace
metadata: {name: NAMESPACE, namespace: NAMESPACE}
spec: {placement: {clusterSelector: {}}}
---
apiVersion: types.kubefed.io/v1beta1
kind: FederatedConfigMap
metadata: {name: settings, namespace: NAMESPACE}
spec: {template: {data: {currency: EUR}}, placement: {clusterSelector: {}}}
`

// scene is a host and perhaps a member, and a kubectl with a context for each.
type scene struct {
	*testing.T
	servers   []*controlplane.Server
	namespace string // of the host
	program   string
	dir       string // for the kubeconfig, and what kubectl keeps
}

// newScene starts servers of these names, of which the first is the host.
func newScene(t *testing.T, names ...string) *scene {
	t.Helper()
	s := &scene{T: t, servers: servers.Fresh(t, names...), dir: t.TempDir()}
	s.namespace = controlplanetest.Namespace(t, s.servers[0])
	content, err := controlplane.Kubeconfig(s.servers...)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "config"), content, 0o600))
	s.program, err = kubectl.Build(t.Context(), t.Output())
	require.NoError(t, err)
	return s
}

// newFederation is a host and its only member. No controller runs.
func newFederation(t *testing.T) *scene {
	t.Helper()
	s := newScene(t, "host", "member")
	host := setup.Host{Config: s.servers[0].Config(), Namespace: corev1beta1.DefaultNamespace}
	require.NoError(t, host.Install(t.Context()))
	require.NoError(t, host.Enable(t.Context(), "namespaces", "configmaps"))
	require.NoError(t, host.Join(t.Context(), setup.Member{Name: "member", Config: s.servers[1].Config()}))
	return s
}

// control runs the reference controller until the test ends.
func (s *scene) control() {
	s.Helper()
	host := s.servers[0].Config()
	config, err := plane.LoadConfig(s.Context(), host, corev1beta1.DefaultNamespace)
	require.NoError(s, err)
	config.Spec.ClusterHealthCheck.Period = &metav1.Duration{Duration: time.Second}
	p, err := plane.New(plane.Options{Host: host, Namespace: corev1beta1.DefaultNamespace, Config: config, Election: plane.Alone})
	require.NoError(s, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	s.Cleanup(func() {
		stop()
		require.NoError(s, <-ended)
	})
}

// declare applies what is declared, with kubectl.
func (s *scene) declare() {
	s.Helper()
	applied := s.feed(strings.ReplaceAll(declared, "NAMESPACE", s.namespace), "apply", "--filename=-")
	require.Zero(s, applied.code, "%+v", applied)
}

// result is what one run of kubectl did.
type result struct {
	out, err string
	code     int
}

// kubectl runs it in the namespace, on the host unless the arguments say otherwise.
func (s *scene) kubectl(args ...string) result {
	s.Helper()
	return s.feed("", args...)
}

// feed runs it with something on its standard input, and without what the user has set.
func (s *scene) feed(input string, args ...string) result {
	s.Helper()
	cmd := exec.CommandContext(s.Context(), s.program, append([]string{"--namespace=" + s.namespace}, args...)...)
	cmd.Env = []string{"HOME=" + s.dir, "KUBECONFIG=" + filepath.Join(s.dir, "config")}
	var out, errOut bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errOut
	if err := cmd.Run(); err != nil {
		var ended *exec.ExitError
		require.ErrorAs(s, err, &ended)
	}
	return result{out.String(), errOut.String(), cmd.ProcessState.ExitCode()}
}
