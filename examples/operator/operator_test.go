package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fedrail/fedrail/examples/operator/api/v1alpha1"
	"github.com/fedrail/fedrail/propagation/archive"
)

// The operator runs through the whole test, as it would in production; each
// step states one claim about it.
func TestAWebAppRunsInItsClusters(t *testing.T) {
	w := newWorld(t, "m1", "m2")
	w.operate(t)
	app := w.app("shop", v1alpha1.WebAppSpec{
		Image: "shop:1", Replicas: 2,
		PerCluster: []v1alpha1.Tailoring{{Cluster: "m2", Replicas: ptr.To(int32(5))}},
	})
	require.NoError(t, w.host.Create(t.Context(), app))

	t.Run("each member gets its Deployment, with what differs there", func(t *testing.T) {
		w.eventually(t, func(c *assert.CollectT) {
			require.Equal(c, deployed{"shop:1", 2}, w.deployed(c, "m1", "shop"))
			require.Equal(c, deployed{"shop:1", 5}, w.deployed(c, "m2", "shop"))
			require.Equal(c, outcome{1, metav1.ConditionFalse, "Progressing", []string{"m1: OK", "m2: OK"}}, w.outcome(c, "shop"))
		})
	})
	t.Run("a change reaches the members", func(t *testing.T) {
		w.change(t, "shop", func(a *v1alpha1.WebApp) { a.Spec.Image = "shop:2" })
		w.eventually(t, func(c *assert.CollectT) {
			require.Equal(c, deployed{"shop:2", 2}, w.deployed(c, "m1", "shop"))
			require.Equal(c, deployed{"shop:2", 5}, w.deployed(c, "m2", "shop"))
			require.Equal(c, int64(2), w.outcome(c, "shop").generation)
		})
	})
	t.Run("the status tells how many are ready in each cluster", func(t *testing.T) {
		w.setReady(t, "m1", "shop", 2)
		w.eventually(t, func(c *assert.CollectT) {
			require.Equal(c, []string{`m1: OK {"readyReplicas":2}`, "m2: OK"}, w.outcome(c, "shop").clusters)
			require.Equal(c, metav1.ConditionFalse, w.outcome(c, "shop").ready)
		})
		w.setReady(t, "m2", "shop", 5)
		w.eventually(t, func(c *assert.CollectT) {
			require.Equal(c, outcome{2, metav1.ConditionTrue, "AllClusters", []string{`m1: OK {"readyReplicas":2}`, `m2: OK {"readyReplicas":5}`}}, w.outcome(c, "shop"))
		})
	})
	t.Run("drift is corrected", func(t *testing.T) {
		w.patch(t, "m1", "shop", `{"spec":{"replicas":9}}`)
		w.eventually(t, func(c *assert.CollectT) {
			require.Equal(c, deployed{"shop:2", 2}, w.deployed(c, "m1", "shop"))
			require.Contains(c, w.events(c, "shop"), "DriftCorrected: cluster m1: set back .spec.replicas (taken by rival)")
		})
	})
	t.Run("a Deployment that was deleted comes back", func(t *testing.T) {
		require.NoError(t, w.members["m1"].AppsV1().Deployments(w.namespace).Delete(t.Context(), "shop", metav1.DeleteOptions{}))
		w.eventually(t, func(c *assert.CollectT) {
			require.Equal(c, deployed{"shop:2", 2}, w.deployed(c, "m1", "shop"))
		})
	})
	t.Run("a member that hangs delays nobody else, and catches up", func(t *testing.T) {
		require.NoError(t, w.servers["m2"].Pause())
		t.Cleanup(func() { require.NoError(t, w.servers["m2"].Continue()) })
		w.change(t, "shop", func(a *v1alpha1.WebApp) { a.Spec.Image = "shop:3" })
		w.eventually(t, func(c *assert.CollectT) {
			require.Equal(c, deployed{"shop:3", 2}, w.deployed(c, "m1", "shop"))
			require.Equal(c, outcome{3, metav1.ConditionFalse, "CheckClusters", []string{"m1: OK", "m2: ClusterNotReady"}}, w.outcome(c, "shop"))
		})
		require.NoError(t, w.servers["m2"].Continue())
		w.eventually(t, func(c *assert.CollectT) {
			require.Equal(c, deployed{"shop:3", 5}, w.deployed(c, "m2", "shop"))
			require.Equal(c, []string{"m1: OK", `m2: OK {"readyReplicas":5}`}, w.outcome(c, "shop").clusters)
		})
	})
	t.Run("regions say where it runs", func(t *testing.T) {
		w.change(t, "shop", func(a *v1alpha1.WebApp) { a.Spec.Regions = []string{"region-of-m1"} })
		w.eventually(t, func(c *assert.CollectT) {
			require.True(c, w.absent(c, "m2", "shop"))
			require.Equal(c, []string{"m1: OK"}, w.outcome(c, "shop").clusters)
		})
	})
	t.Run("a WebApp that is deleted leaves nothing behind", func(t *testing.T) {
		require.NoError(t, w.host.Delete(t.Context(), app))
		w.eventually(t, func(c *assert.CollectT) {
			require.True(c, apierrors.IsNotFound(w.host.Get(t.Context(), client.ObjectKeyFromObject(app), &v1alpha1.WebApp{})))
			require.True(c, w.absent(c, "m1", "shop"))
		})
	})
}

// A deletion does not wait for a member that is away for longer than it should;
// the copy that is left there goes when the member is back, whoever runs by then.
func TestAWebAppIsDeletedWhileAMemberIsAway(t *testing.T) {
	w := newWorld(t, "m1", "m2")
	app := w.app("shop", v1alpha1.WebAppSpec{Image: "shop:1", Replicas: 1})
	records := func() int {
		list, err := w.clients(t).CoreV1().ConfigMaps(home).List(t.Context(), metav1.ListOptions{LabelSelector: archive.Label})
		require.NoError(t, err)
		return len(list.Items)
	}
	stop := w.operate(t)
	require.NoError(t, w.host.Create(t.Context(), app))
	w.eventually(t, func(c *assert.CollectT) {
		require.Equal(c, []string{"m1: OK", "m2: OK"}, w.outcome(c, "shop").clusters)
	})
	require.NoError(t, w.servers["m2"].Pause())
	t.Cleanup(func() { require.NoError(t, w.servers["m2"].Continue()) })
	require.NoError(t, w.host.Delete(t.Context(), app))
	w.eventually(t, func(c *assert.CollectT) {
		require.True(c, apierrors.IsNotFound(w.host.Get(t.Context(), client.ObjectKeyFromObject(app), &v1alpha1.WebApp{})))
	})
	require.True(t, w.absent(t, "m1", "shop"))
	require.Equal(t, 1, records(), "what is left in m2")
	stop()

	require.NoError(t, w.servers["m2"].Continue())
	require.False(t, w.absent(t, "m2", "shop"))
	w.operate(t)
	w.eventually(t, func(c *assert.CollectT) {
		require.True(c, w.absent(c, "m2", "shop"))
		require.Zero(c, records())
	})
}

// deployed is what a member's Deployment says.
type deployed struct {
	image    string
	replicas int32
}

func deployedBy(d *appsv1.Deployment) deployed {
	return deployed{image: d.Spec.Template.Spec.Containers[0].Image, replicas: *d.Spec.Replicas}
}

// outcome is what a WebApp's status says.
type outcome struct {
	generation int64
	ready      metav1.ConditionStatus
	reason     string
	clusters   []string // "name: word", and what is kept of the copy's status
}
