package pull_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/pull"
)

// credentials are those of a member's agent on the host.
func credentials(t *testing.T, host *controlplane.Server, cluster federation.ClusterName) *rest.Config {
	t.Helper()
	token, err := host.Token(t.Context(), types.NamespacedName{Namespace: pull.NamespaceOf(cluster), Name: pull.AccountName}, time.Hour)
	require.NoError(t, err)
	return host.ConfigWithToken(token)
}

// TestAnAgentReachesNothingButItsOwn on the host.
func TestAnAgentReachesNothingButItsOwn(t *testing.T) {
	host := servers.Shared(t, "host")[0]
	install(t, host)
	admit(t, host, "mine", nil)
	admit(t, host, "other", nil)
	client, err := dynamic.NewForConfig(credentials(t, host, "mine"))
	require.NoError(t, err)
	mine, other := pull.NamespaceOf("mine"), pull.NamespaceOf("other")
	leases := schema.GroupVersionResource{Group: "coordination.k8s.io", Version: "v1", Resource: "leases"}
	secrets := schema.GroupVersionResource{Version: "v1", Resource: "secrets"}
	namespaces := schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	bundles := v1alpha1.Bundles()
	ctx, all, one := t.Context(), metav1.ListOptions{}, metav1.GetOptions{}
	list := func(resource schema.GroupVersionResource, namespace string) func() error {
		return func() error { _, err := client.Resource(resource).Namespace(namespace).List(ctx, all); return err }
	}
	patch := func(resource schema.GroupVersionResource, namespace, name string, sub ...string) func() error {
		return func() error {
			_, err := client.Resource(resource).Namespace(namespace).Patch(ctx, name, types.MergePatchType, []byte(`{"metadata":{"labels":{"x":"y"}}}`), metav1.PatchOptions{}, sub...)
			return err
		}
	}
	for name, try := range map[string]func() error{
		"list bundles of another member": list(bundles, other),
		"list bundles of all members":    list(bundles, ""),
		"read a bundle of another member": func() error {
			_, err := client.Resource(bundles).Namespace(other).Get(ctx, "configmaps-0", one)
			return err
		},
		"watch bundles of another member":      func() error { _, err := client.Resource(bundles).Namespace(other).Watch(ctx, all); return err },
		"answer in a bundle of another member": patch(bundles, other, "configmaps-0", "status"),
		"renew the lease of another member":    patch(leases, other, pull.LeaseName),
		"renew another lease of its own":       patch(leases, mine, "another"),
		"change what it is asked":              patch(bundles, mine, "configmaps-0"),
		"delete what it is asked": func() error {
			return client.Resource(bundles).Namespace(mine).Delete(ctx, "configmaps-0", metav1.DeleteOptions{})
		},
		"change the labels of the member":       func() error { return patch(namespaces, "", mine)() },
		"read Secrets":                          list(secrets, mine),
		"read Secrets of everybody":             list(secrets, ""),
		"read all that is federated, as a user": list(schema.GroupVersionResource{Group: "core.kubefed.io", Version: "v1beta1", Resource: "kubefedclusters"}, ""),
	} {
		err := try()
		require.True(t, apierrors.IsForbidden(err), "%s: %v", name, err)
	}
	require.NoError(t, list(bundles, mine)())
	require.NoError(t, patch(leases, mine, pull.LeaseName)())
}

// TestTheAccountIsEnough for an agent to do all its work.
func TestTheAccountIsEnough(t *testing.T) {
	all := servers.Shared(t, "host", "member1")
	host, member := all[0], all[1]
	install(t, host)
	admit(t, host, "enough", nil)
	o := agentOf(t, host, member, budget.New())
	toHost := dial(t, credentials(t, host, "enough"), budget.New(), "agent")
	o.Cluster, o.Client, o.Writer = "enough", toHost.objects, toHost.writer
	run(t, o)
	p := observed(t, host, pull.Options{Type: configMaps})
	want := configMap("default", "enough")
	want.SetLabels(map[string]string{propagation.ManagedLabel: "true"})
	b := bedOf(t)
	b.Until("applied", func() bool {
		_, err := p.Apply(t.Context(), "enough", want, propagation.Holding{Parent: "parent"})
		return err == nil
	})
	registry := registryOf(t, host)
	b.Until("ready", func() bool { c, _ := registry.Snapshot().Get("enough"); return c.Ready })
	b.Until("removed", func() bool {
		out, err := p.Remove(t.Context(), "enough", propagation.KeyOf(want), propagation.Removal{Parent: "parent"})
		return err == nil && out.Action == propagation.Absent
	})
}

// observed is a Propagator on a host that observes until the test ends.
func observed(t *testing.T, host *controlplane.Server, o pull.Options) *pull.Propagator {
	t.Helper()
	toHost := dial(t, host.Config(), budget.New(), "host")
	o.Client, o.Writer = toHost.objects, toHost.writer
	p, err := pull.New(o)
	require.NoError(t, err)
	background(t, func(ctx context.Context) error { return p.Observe(ctx, func(propagation.Change) {}) })
	return p
}
