package testbed

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/pull"
)

// Agent returns what runs the agent of a member that fetches, until that is stopped. It
// has the accounts of two kubeconfig files, of the host and of the member.
func Agent(t testing.TB, cluster federation.ClusterName, host, member []byte) (start func() (stop func())) {
	t.Helper()
	toHost, err := clientcmd.RESTConfigFromKubeConfig(host)
	require.NoError(t, err)
	toMember, err := clientcmd.RESTConfigFromKubeConfig(member)
	require.NoError(t, err)
	o := pull.AgentOptions{Cluster: cluster, Member: toMember, Heartbeat: 500 * time.Millisecond}
	o.Client, err = dynamic.NewForConfig(toHost)
	require.NoError(t, err)
	o.Writer, err = metadata.NewForConfig(toHost)
	require.NoError(t, err)
	return func() func() { return runAgent(t, o) }
}

func runAgent(t testing.TB, o pull.AgentOptions) (stop func()) {
	t.Helper()
	agent, err := pull.NewAgent(o)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- agent.Start(ctx) }()
	t.Cleanup(cancel)
	return func() {
		cancel()
		require.NoError(t, <-ended)
	}
}
