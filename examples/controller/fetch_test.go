package main

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/pull"
)

// joinFetching makes the server a member that fetches. It returns what runs an
// agent with no more than the accounts that joining made, until that is stopped.
func (w *world) joinFetching(server *controlplane.Server) (start func() (stop func())) {
	w.t.Helper()
	member := setup.Member{Name: server.Cluster(), Config: server.Config(), Labels: map[string]string{"fetches": "true"}}
	agent, err := w.setup().JoinFetching(w.t.Context(), member)
	require.NoError(w.t, err)
	w.members = append(w.members, controlplanetest.Client(w.t, server))
	return testbed.Agent(w.t, federation.ClusterName(server.Cluster()), agent.Host, agent.Member)
}

// states are how a FederatedConfigMap fares, by cluster.
func (w *world) states(name string) map[string]string {
	w.t.Helper()
	object, err := w.federated("federatedconfigmaps").Get(context.Background(), name, metav1.GetOptions{})
	require.NoError(w.t, err)
	s, err := federatedkind.StatusOf(object)
	require.NoError(w.t, err)
	states := map[string]string{}
	for _, c := range s.Clusters {
		states[c.Name] = c.Status
	}
	return states
}

// fares waits until a FederatedConfigMap fares so.
func (w *world) fares(name string, want map[string]string) {
	w.t.Helper()
	var last map[string]string
	require.Eventually(w.t, func() bool { last = w.states(name); return maps.Equal(want, last) }, soon, tick, "%s fares %v", name, want)
}

// paint changes what a FederatedConfigMap holds.
func (w *world) paint(name, to string) {
	w.t.Helper()
	_, err := w.federated("federatedconfigmaps").Patch(w.t.Context(), name, types.MergePatchType,
		fmt.Appendf(nil, `{"spec":{"template":{"data":{"name":%q}}}}`, to), metav1.PatchOptions{})
	require.NoError(w.t, err)
}

// holds waits until a member holds exactly that.
func (w *world) holds(member int, want map[string]string) {
	w.t.Helper()
	require.Eventually(w.t, func() bool { return maps.Equal(want, w.held(w.members[member])) }, soon, tick, "member %d holds %v", member, want)
}

// One member is written to and another fetches: both hold what is declared, and
// the status tells of both. Each controller, agent and account has no more rights
// than the setup grants.
func TestOneFetches(t *testing.T) {
	w := newWorld(t, "m1")
	startAgent := w.joinFetching(servers.Shared(t, "m2")[0])
	p := w.start(quick)
	w.declareConfigMap("settings")
	w.fares("settings", map[string]string{"m1": "", "m2": "ClusterNotReady"})
	stopAgent := startAgent()
	w.arrives("settings")
	w.fares("settings", map[string]string{"m1": "", "m2": ""})
	_, metrics := p.get("/metrics")
	require.Contains(t, metrics, "joined_cluster_total 2")

	w.paint("settings", "changed")
	w.holds(0, map[string]string{"settings": "changed"})
	w.holds(1, map[string]string{"settings": "changed"})
	w.fares("settings", map[string]string{"m1": "", "m2": ""})

	stopAgent()
	w.paint("settings", "while it is away")
	w.holds(0, map[string]string{"settings": "while it is away"})
	w.fares("settings", map[string]string{"m1": "", "m2": "ClusterNotReady"})
	require.Equal(t, map[string]string{"settings": "changed"}, w.held(w.members[1]))
	stopAgent = startAgent()
	w.holds(1, map[string]string{"settings": "while it is away"})
	w.fares("settings", map[string]string{"m1": "", "m2": ""})

	p.kill()
	require.NoError(t, w.federated("federatedconfigmaps").Delete(t.Context(), "settings", metav1.DeleteOptions{}))
	w.declareConfigMap("another")
	p = w.start(quick)
	w.holds(0, map[string]string{"another": "another"})
	w.holds(1, map[string]string{"another": "another"})
	require.Eventually(t, func() bool {
		_, err := w.federated("federatedconfigmaps").Get(context.Background(), "settings", metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	}, soon, tick)
	require.Equal(t, 0, p.terminate())
	stopAgent()
}

// endNamespace ends the namespace in a member as soon as it is deleted, as a cluster
// does that is more than an API server. It returns what stops waiting for that.
func (w *world) endNamespace(member kubernetes.Interface) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var waiting sync.WaitGroup
	waiting.Go(func() {
		for ctx.Err() == nil {
			namespace, err := member.CoreV1().Namespaces().Get(ctx, w.namespace, metav1.GetOptions{})
			if err == nil && namespace.DeletionTimestamp != nil {
				namespace.Spec.Finalizers = nil
				_, _ = member.CoreV1().Namespaces().Finalize(ctx, namespace, metav1.UpdateOptions{}) // else it is tried again
			}
			select {
			case <-ctx.Done():
			case <-time.After(tick):
			}
		}
	})
	return func() { cancel(); waiting.Wait() }
}

// Members that fetch leave: with their copies as they are, without them, or with
// copies that are nobody's. No trace of them is left on the host.
func TestUnjoinFetching(t *testing.T) {
	w := newWorld(t, "m1")
	others := servers.Shared(t, "m2", "m3", "m4")
	for _, server := range others {
		w.joinFetching(server)()
	}
	w.start(quick)
	w.declareConfigMap("settings")
	w.arrives("settings")
	w.fares("settings", map[string]string{"m1": "", "m2": "", "m3": "", "m4": ""})

	ctx, stop := context.WithTimeout(t.Context(), soon)
	defer stop()
	staying := map[string]string{"m1": "", "m2": "", "m3": "", "m4": ""}
	for i, test := range []struct {
		copies        federation.Leaving
		held, managed bool
	}{
		{"", true, true}, {federation.LeavingOrphan, true, false}, {federation.LeavingDelete, false, false},
	} {
		server := others[i]
		ending := w.endNamespace(w.members[i+1])
		require.NoError(t, w.setup().UnjoinFetching(ctx, setup.Member{Name: server.Cluster(), Config: server.Config()}, test.copies), server.Cluster())
		ending()
		delete(staying, server.Cluster())
		w.fares("settings", staying)
		left, err := w.members[i+1].CoreV1().ConfigMaps(w.namespace).Get(t.Context(), "settings", metav1.GetOptions{})
		require.Equal(t, test.held, err == nil, "%s: %v", server.Cluster(), err)
		require.Equal(t, test.managed, left.Labels[propagation.ManagedLabel] == "true", server.Cluster())
		require.Equal(t, test.managed, left.Annotations["fedrail.io/origin"] != "", server.Cluster())
		_, err = w.members[i+1].RbacV1().ClusterRoles().Get(t.Context(), "fedrail-"+server.Cluster(), metav1.GetOptions{})
		require.True(t, apierrors.IsNotFound(err), "%v", err)
		namespace, err := controlplanetest.Client(t, w.host).CoreV1().Namespaces().Get(t.Context(), pull.NamespaceOf(federation.ClusterName(server.Cluster())), metav1.GetOptions{})
		require.NoError(t, err)
		require.NotNil(t, namespace.DeletionTimestamp, "whatever is in it goes with it")
	}
	require.Equal(t, map[string]string{"settings": "settings"}, w.held(w.members[0]))
	require.NoError(t, w.setup().UnjoinFetching(ctx, setup.Member{Name: "never-was"}, federation.LeavingDelete))
	for _, one := range []string{"m3", "m4"} { // what was asked of them is done
		list, err := w.client.Resource(v1alpha1.Bundles()).Namespace(pull.NamespaceOf(federation.ClusterName(one))).List(t.Context(), metav1.ListOptions{})
		require.NoError(t, err)
		for _, bundle := range list.Items {
			require.Empty(t, bundle.Object["spec"].(map[string]any)["objects"], "%s/%s", one, bundle.GetName())
		}
	}
}
