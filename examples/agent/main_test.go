package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/crds"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/crdtest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/pull"
)

// asAgent has the test binary be the agent: the tests run it as a process of its
// own, so that they can kill it.
const asAgent = "FEDRAIL_TEST_AS_AGENT"

const (
	soon = 30 * time.Second
	tick = 20 * time.Millisecond
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) {
	if os.Getenv(asAgent) != "" {
		main()
		return
	}
	servers.Main(m)
}

func TestWrongFlagsAreExplained(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.yaml")
	for args, want := range map[string]string{
		"":                                    "--cluster is required\n--host-kubeconfig is required",
		"--cluster edge1":                     "--host-kubeconfig is required",
		"--cluster edge1 --host-kubeconfig h": "--host-kubeconfig: stat h: no such file or directory",
		"--nonsense":                          "flag provided but not defined: -nonsense; see --help",
		"--cluster edge1 --host-kubeconfig h --log-format xml": `--log-format: got "xml", want text or json`,
		"manifests":                           "--cluster is required",
		"manifests --cluster edge1 --label x": `invalid value "x" for flag -label: invalid selector: [x]; see --help`,
		"--cluster edge1 --host-kubeconfig " + missing + " surplus": `unknown argument "surplus"; see --help`,
	} {
		err := run(t.Context(), strings.Fields(args), &bytes.Buffer{})
		require.EqualError(t, err, want, args)
	}
}

func TestHelpNamesTheFlags(t *testing.T) {
	var out bytes.Buffer
	_ = run(t.Context(), []string{"--help"}, &out)
	for _, name := range []string{"--cluster", "--host-kubeconfig", "--member-kubeconfig", "--heartbeat", "--healthz-addr", "/readyz", "manifests"} {
		require.Contains(t, out.String(), name)
	}
}

// TestAKilledAgent leaves a member that the next one brings to what is declared,
// with no more than the account that the manifests make.
func TestAKilledAgent(t *testing.T) {
	all := servers.Shared(t, "host", "member")
	host, member := all[0], all[1]
	definitions, err := crds.All()
	require.NoError(t, err)
	crdtest.Install(t, host.Config(), definitions...)
	args := []string{"--cluster", "edge1", "--host-kubeconfig", joined(t, host), "--member-kubeconfig", kubeconfig(t, member), "--heartbeat", "500ms", "--healthz-addr", "127.0.0.1:0"}
	namespace := controlplanetest.Namespace(t, member)
	p := propagator(t, host)

	first := start(t, args)
	held := map[string]bool{}
	ask := func(n int) int {
		for i := range 200 {
			name := fmt.Sprintf("c-%03d", i)
			_, err := p.Apply(t.Context(), "edge1", object(namespace, name, n), propagation.Holding{Parent: "parent"})
			held[name] = err == nil
		}
		count := 0
		for _, there := range held {
			if there {
				count++
			}
		}
		return count
	}
	require.Eventually(t, func() bool { return ask(1) == 200 }, soon, tick)
	ask(2)
	require.Eventually(t, func() bool { return count(t, member, namespace, "2") > 5 }, soon, time.Millisecond)
	first.kill()
	t.Logf("killed with %d of 200 changed", count(t, member, namespace, "2"))
	second := start(t, args)
	require.Eventually(t, func() bool { return ask(2) == 200 }, soon, tick)
	require.Equal(t, 200, count(t, member, namespace, "2"))
	require.NoError(t, second.cmd.Process.Signal(syscall.SIGTERM))
	<-second.ended
	require.Equal(t, 0, second.cmd.ProcessState.ExitCode(), second.log.String())
	require.Contains(t, second.log.String(), "msg=stopped")
}

// TestReadyzSaysWhy an agent does not work as it should, and that it does again.
func TestReadyzSaysWhy(t *testing.T) {
	host, member := servers.Shared(t, "host")[0], servers.Fresh(t, "member")[0]
	definitions, err := crds.All()
	require.NoError(t, err)
	crdtest.Install(t, host.Config(), definitions...)
	p := start(t, []string{"--cluster", "edge1", "--host-kubeconfig", joined(t, host), "--member-kubeconfig", kubeconfig(t, member),
		"--heartbeat", "200ms", "--healthz-addr", "127.0.0.1:0"})
	says := func(want int, words string) {
		t.Helper()
		var status int
		var body string
		require.Eventually(t, func() bool {
			status, body = p.get(t, "/readyz")
			return status == want && strings.Contains(body, words)
		}, soon, tick, "%d %s", status, body)
	}
	says(http.StatusOK, "ok\n")
	require.NoError(t, member.Pause())
	says(http.StatusServiceUnavailable, "no heartbeat: the member is not well: ")
	status, body := p.get(t, "/healthz")
	require.Equal(t, []any{http.StatusOK, "ok\n"}, []any{status, body})
	require.NoError(t, member.Continue())
	says(http.StatusOK, "ok\n")
}

// TestReadyzWithoutAHost names what is in the way.
func TestReadyzWithoutAHost(t *testing.T) {
	member := servers.Shared(t, "member")[0]
	nobody := file(t, "nobody.yaml", []byte(`{apiVersion: v1, kind: Config, current-context: host, contexts: [{name: host, context: {cluster: host}}],
		clusters: [{name: host, cluster: {server: "http://127.0.0.1:1"}}]}`))
	p := start(t, []string{"--cluster", "edge1", "--host-kubeconfig", nobody, "--member-kubeconfig", kubeconfig(t, member), "--healthz-addr", "127.0.0.1:0"})
	require.Eventually(t, func() bool {
		status, body := p.get(t, "/readyz")
		return status == http.StatusServiceUnavailable && strings.Contains(body, "the bundles on the host have not been listed yet\n") &&
			strings.Contains(body, "no heartbeat: renew the lease fedrail-member-edge1/agent on the host: ")
	}, soon, tick)
}

// joined applies the manifests to the host, and is a kubeconfig file of the
// account in them.
func joined(t *testing.T, host *controlplane.Server) string {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"manifests", "--cluster", "edge1", "--label", "region=eu"}, &out))
	client, err := dynamic.NewForConfig(host.Config())
	require.NoError(t, err)
	resources := map[string]string{"Namespace": "namespaces", "ServiceAccount": "serviceaccounts", "Role": "roles", "RoleBinding": "rolebindings", "Lease": "leases"}
	for _, text := range strings.Split(out.String(), "---\n")[1:] {
		o := &unstructured.Unstructured{}
		require.NoError(t, yaml.UnmarshalStrict([]byte(text), &o.Object))
		resource := client.Resource(o.GroupVersionKind().GroupVersion().WithResource(resources[o.GetKind()]))
		if o.GetNamespace() == "" {
			_, err = resource.Create(t.Context(), o, metav1.CreateOptions{})
		} else {
			_, err = resource.Namespace(o.GetNamespace()).Create(t.Context(), o, metav1.CreateOptions{})
		}
		if !apierrors.IsAlreadyExists(err) {
			require.NoError(t, err)
		}
	}
	account := types.NamespacedName{Namespace: pull.NamespaceOf("edge1"), Name: pull.AccountName}
	token, err := host.Token(t.Context(), account, time.Hour)
	require.NoError(t, err)
	config := clientcmdapi.NewConfig()
	config.CurrentContext = "host"
	config.Clusters["host"] = &clientcmdapi.Cluster{Server: host.URL(), CertificateAuthorityData: host.CABundle()}
	config.AuthInfos["agent"] = &clientcmdapi.AuthInfo{Token: token}
	config.Contexts["host"] = &clientcmdapi.Context{Cluster: "host", AuthInfo: "agent"}
	content, err := clientcmd.Write(*config)
	require.NoError(t, err)
	return file(t, "host.yaml", content)
}

func kubeconfig(t *testing.T, server *controlplane.Server) string {
	content, err := server.Kubeconfig()
	require.NoError(t, err)
	return file(t, "member.yaml", content)
}

func file(t *testing.T, name string, content []byte) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

// propagator carries ConfigMaps, on the host, until the test ends.
func propagator(t *testing.T, host *controlplane.Server) *pull.Propagator {
	client, err := dynamic.NewForConfig(host.Config())
	require.NoError(t, err)
	writer, err := metadata.NewForConfig(host.Config())
	require.NoError(t, err)
	p, err := pull.New(pull.Options{Client: client, Writer: writer, Type: federation.Type{
		Version: "v1", Kind: "ConfigMap", Resource: "configmaps", Scope: federation.NamespaceScoped,
	}})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Observe(ctx, func(propagation.Change) {}) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
	return p
}

func object(namespace, name string, n int) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": name, "namespace": namespace, "labels": map[string]any{propagation.ManagedLabel: "true"}},
		"data":     map[string]any{"n": fmt.Sprint(n)},
	}}
}

// count is how many ConfigMaps in the member have that number.
func count(t *testing.T, member *controlplane.Server, namespace, n string) int {
	list, err := controlplanetest.Client(t, member).CoreV1().ConfigMaps(namespace).List(context.Background(), metav1.ListOptions{})
	require.NoError(t, err)
	count := 0
	for _, one := range list.Items {
		if is(one, n) {
			count++
		}
	}
	return count
}

func is(one corev1.ConfigMap, n string) bool { return one.Data["n"] == n }
