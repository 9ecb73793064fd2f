package preference_test

import (
	"context"
	"maps"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/scheduling/capacity"
	"github.com/fedrail/fedrail/scheduling/preference"
)

// cpus are nodes of a full cluster that have that many CPUs together.
func cpus(n int64) controlplane.NodeOptions {
	return controlplane.NodeOptions{Count: 1, CPU: *resource.NewQuantity(n, resource.DecimalSI)}
}

// employ makes a world of full clusters, with schedulers and nodes that pretend,
// whose pods are watched.
func employ(t *testing.T, members ...*controlplane.Cluster) *world {
	t.Helper()
	all := make([]*controlplane.Server, len(members))
	for i, m := range members {
		all[i] = m.Server
	}
	w := &world{Bed: testbed.New(t, servers.Shared(t, "host")[0], all, deployments), stop: func() {}}
	w.Judge(deployments)
	t.Cleanup(func() { w.stop() })
	var dividing *preference.Controller
	pods, err := capacity.New(capacity.Options{Clusters: w.Reach(),
		Changed: func(cluster federation.ClusterName, namespace string) { dividing.PodsChanged(cluster, namespace) }})
	require.NoError(t, err)
	w.Run()
	w.Preference.Copies, w.Preference.Pods = looking{w.Bed}, pods
	dividing = w.schedule()
	ctx, end := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = pods.Start(ctx) }) // the end of ctx is its only end
	t.Cleanup(func() { end(); running.Wait() })
	return w
}

// grow adds a node like the first one, of that many CPUs.
func grow(t *testing.T, c *controlplane.Cluster, cpus string) {
	t.Helper()
	nodes := controlplanetest.Client(t, c.Server).CoreV1().Nodes()
	first, err := nodes.Get(t.Context(), "node-1", metav1.GetOptions{})
	require.NoError(t, err)
	more := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node-2"}}
	more.Status.Allocatable = first.Status.Allocatable.DeepCopy()
	more.Status.Allocatable[corev1.ResourceCPU] = resource.MustParse(cpus)
	more.Status.Capacity = more.Status.Allocatable
	_, err = nodes.Create(t.Context(), more, metav1.CreateOptions{})
	require.NoError(t, err)
}

// oneCPU is a Deployment of pods that take one CPU each.
func oneCPU(name string) fields {
	labels := fields{"app": name}
	container := fields{"name": "main", "image": "example.test/web:1", "resources": fields{"requests": fields{"cpu": "1"}}}
	return fields{"placement": fields{"clusters": []any{}}, "template": fields{"spec": fields{
		"selector": fields{"matchLabels": labels},
		"template": fields{"metadata": fields{"labels": labels}, "spec": fields{"containers": []any{container}}},
	}}}
}

// untilRunning waits until the members are told so, and all of it is ready there.
func (w *world) untilRunning(name string, want by) {
	w.Helper()
	if !w.Holds(func() bool {
		s, observed := w.status(name)
		return observed && s.ReadyReplicas == sum(want) && maps.Equal(want, w.held(name))
	}) {
		s, _ := w.status(name)
		require.Equal(w, want, w.held(name), "%+v", s)
	}
}

// TestPodsThatTheSchedulerCannotPlaceAreMoved to where there is room, and come back
// when there is some.
func TestPodsThatTheSchedulerCannotPlaceAreMoved(t *testing.T) {
	small, large := servers.Clusters(t, cpus(2), "member1")[0], servers.Clusters(t, cpus(9), "member2")[0]
	w := employ(t, small, large)
	w.deploy("web", oneCPU("web"))
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(8), "planner": "Fair", "rebalance": true,
		"failover": fields{"unschedulableSeconds": int64(2)}})
	w.untilRunning("web", by{"member1": 2, "member2": 6})
	s := w.untilScheduled("web")
	require.Equal(t, "pods find no room there beyond 2", s.Clusters[0].Message)
	require.Equal(t, "Unschedulable", s.Clusters[0].Limit.Reason)
	w.Until("event", func() bool {
		return w.hasEvent("web", "Moved: cluster member1: 2 of 4 replicas are wanted elsewhere: pods find no room there beyond 2")
	})
	before := w.Quiet()
	require.Zero(t, writes(w.Quiet().Since(before)), "nothing moves any more")

	grow(t, small, "2")
	w.untilRunning("web", by{"member1": 4, "member2": 4})
	w.untilScheduled("web")
}
