package controlplanetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// Clusters are new full clusters of these names, in this order, for one test
// alone, each with these nodes. They are stopped when the test ends. Each takes
// about 550 MB, so ask for few.
func (p *Pool) Clusters(t testing.TB, nodes controlplane.NodeOptions, names ...string) []*controlplane.Cluster {
	t.Helper()
	etcd := p.store(t)
	clusters := make([]*controlplane.Cluster, len(names))
	for i, name := range names {
		cluster, err := controlplane.StartCluster(context.Background(), controlplane.ClusterOptions{
			Server: controlplane.ServerOptions{Name: name, Etcd: etcd},
			Nodes:  nodes,
		})
		require.NoError(t, err)
		t.Cleanup(cluster.Stop)
		for _, process := range cluster.Processes() {
			showLogOnFailure(t, process)
		}
		clusters[i] = cluster
	}
	return clusters
}

// Controllers runs these controllers of kube-controller-manager beside the server
// until the test ends, for example "namespace-controller".
func Controllers(t testing.TB, server *controlplane.Server, names ...string) *controlplane.Process {
	t.Helper()
	process, err := server.StartControllers(context.Background(), names...)
	require.NoError(t, err)
	t.Cleanup(process.Stop)
	showLogOnFailure(t, process)
	return process
}
