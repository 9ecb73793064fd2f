package pull_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/federation/apis/crds"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/crdtest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/pull"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

var configMaps = testbed.ConfigMaps()

// clients reach a server.
type clients struct {
	objects dynamic.Interface
	writer  metadata.Interface
}

// dial makes clients; their requests are counted under a name.
func dial(t testing.TB, config *rest.Config, counter *budget.Counter, name string) clients {
	t.Helper()
	config = rest.CopyConfig(config)
	config.Wrap(counter.Wrap(name))
	objects, err := dynamic.NewForConfig(config)
	require.NoError(t, err)
	writer, err := metadata.NewForConfig(config)
	require.NoError(t, err)
	return clients{objects, writer}
}

// install makes a server a host.
func install(t testing.TB, host *controlplane.Server) {
	t.Helper()
	all, err := crds.All()
	require.NoError(t, err)
	crdtest.Install(t, host.Config(), all...)
}

// admit makes the account of a member on the host. What is there already stays.
func admit(t testing.TB, host *controlplane.Server, cluster federation.ClusterName, own labels.Set) {
	t.Helper()
	client, err := dynamic.NewForConfig(host.Config())
	require.NoError(t, err)
	for _, o := range pull.Account(cluster, own) {
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
		require.NoError(t, err)
		u := &unstructured.Unstructured{Object: content}
		_, err = at(client, u).Create(context.Background(), u, metav1.CreateOptions{})
		if !apierrors.IsAlreadyExists(err) {
			require.NoError(t, err)
		}
	}
}

// at is where an object of an account is served.
func at(client dynamic.Interface, u *unstructured.Unstructured) dynamic.ResourceInterface {
	plural := map[string]string{
		"Namespace": "namespaces", "ServiceAccount": "serviceaccounts", "Lease": "leases", "Role": "roles", "RoleBinding": "rolebindings",
	}[u.GetKind()]
	resource := client.Resource(u.GroupVersionKind().GroupVersion().WithResource(plural))
	if u.GetNamespace() == "" {
		return resource
	}
	return resource.Namespace(u.GetNamespace())
}

// agentOf is an agent for a member, quick to answer.
func agentOf(t testing.TB, host, member *controlplane.Server, counter *budget.Counter) pull.AgentOptions {
	t.Helper()
	toHost := dial(t, host.Config(), counter, "agent of "+member.Cluster())
	config := member.Config()
	config.Wrap(counter.Wrap(member.Cluster()))
	return pull.AgentOptions{
		Cluster: federation.ClusterName(member.Cluster()), Client: toHost.objects, Writer: toHost.writer, Member: config,
		Heartbeat: 500 * time.Millisecond,
	}
}

// run starts an agent, and returns what stops it and waits for that. The end of
// the test does, too.
func run(t testing.TB, o pull.AgentOptions) (stop func()) {
	t.Helper()
	agent, err := pull.NewAgent(o)
	require.NoError(t, err)
	return background(t, agent.Start)
}

// background runs something until it is stopped, or the test ends.
func background(t testing.TB, start func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- start(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	t.Cleanup(stop)
	return stop
}

// bundlesOf lists a member's bundles on the host.
func bundlesOf(t testing.TB, host *controlplane.Server, cluster string) []v1alpha1.Bundle {
	t.Helper()
	client, err := dynamic.NewForConfig(host.Config())
	require.NoError(t, err)
	list, err := client.Resource(v1alpha1.Bundles()).Namespace(pull.NamespaceOf(federation.ClusterName(cluster))).
		List(context.Background(), metav1.ListOptions{})
	require.NoError(t, err)
	bundles := make([]v1alpha1.Bundle, len(list.Items))
	for i, u := range list.Items {
		require.NoError(t, runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, &bundles[i]))
	}
	return bundles
}
