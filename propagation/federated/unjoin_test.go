package federated_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/propagation"
)

// clusters are the KubeFedClusters of a bed.
func (j *joined) clusters() dynamic.ResourceInterface {
	return j.Client.Resource(corev1beta1.KubeFedClusters()).Namespace(j.System)
}

// newUnjoin is a running federation of one namespace with a ConfigMap in two
// members, of which the second leaves with that policy.
func newUnjoin(t *testing.T, servers []*controlplane.Server, policy corev1beta1.UnjoinPolicy) *joined {
	t.Helper()
	j := newJoined(t, servers[0])
	j.Servers = servers[1:]
	j.Types.Scope, j.Namespace = federation.NamespaceScoped, j.System
	j.Types.Loop.LetGoAfter = time.Second
	for i, server := range j.Servers {
		name := server.Cluster()
		j.secret(name, map[string]string{"token": tokenOf(j, server)})
		spec := specOf(server, name)
		if i == 1 {
			spec.UnjoinPolicy = policy
		}
		j.put(name, spec)
	}
	j.Run()
	declare(j.Bed, configMaps, "web", fields{"data": fields{"color": "blue"}})
	untilStates(j.Bed, configMaps, "web", []state{{name: "member1"}, {name: "member2"}})
	if policy == corev1beta1.UnjoinDelete || policy == corev1beta1.UnjoinOrphan {
		j.Until("held", func() bool { return slices.Contains(j.finalizers("member2"), corev1beta1.UnjoinFinalizer) })
	}
	return j
}

func (j *joined) finalizers(name string) []string {
	j.Helper()
	o, err := j.clusters().Get(j.Context(), name, metav1.GetOptions{})
	require.NoError(j, err)
	return o.GetFinalizers()
}

// unjoin deletes a KubeFedCluster and waits until it is gone.
func (j *joined) unjoin(name string) {
	j.Helper()
	require.NoError(j, j.clusters().Delete(j.Context(), name, metav1.DeleteOptions{}))
	j.untilLeft(name)
}

func (j *joined) untilLeft(name string) {
	j.Helper()
	j.Until("left: "+name, func() bool {
		_, err := j.clusters().Get(j.Context(), name, metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	})
}

// TestUnjoin leaves the copies as the policy of the cluster says, and the status
// of the objects says nothing of it any more.
func TestUnjoin(t *testing.T) {
	for _, c := range []struct {
		policy  corev1beta1.UnjoinPolicy
		there   bool
		managed bool
	}{
		{policy: "", there: true, managed: true},
		{policy: corev1beta1.UnjoinKeep, there: true, managed: true},
		{policy: corev1beta1.UnjoinOrphan, there: true},
		{policy: corev1beta1.UnjoinDelete},
	} {
		t.Run("policy "+string(c.policy), func(t *testing.T) {
			j := newUnjoin(t, servers.Shared(t, "host", "member1", "member2"), c.policy)
			foreign := place(j.Bed, "foreign", fields{"kubefed.io/managed": "true"})
			j.unjoin("member2")
			untilStates(j.Bed, configMaps, "web", []state{{name: "member1"}})
			j.UntilReady(configMaps, "web")
			left := j.Copy(j.Servers[1], configMaps, "web")
			require.Equal(t, c.there, left != nil)
			if left != nil {
				require.Equal(t, c.managed, left.GetLabels()[propagation.ManagedLabel] == "true")
				require.Equal(t, c.managed, left.GetAnnotations()["fedrail.io/origin"] != "")
			}
			require.NotNil(t, j.Copy(j.Servers[0], configMaps, "web"))
			require.Equal(t, foreign, j.Copy(j.Servers[0], configMaps, "foreign"))
		})
	}
}

// TestUnjoinSparesOthers: what another host federates into the cluster does not
// hold it, and is not touched.
func TestUnjoinSparesOthers(t *testing.T) {
	j := newUnjoin(t, servers.Shared(t, "host", "member1", "member2"), corev1beta1.UnjoinDelete)
	j.Servers = []*controlplane.Server{j.Servers[1], j.Servers[0]}
	theirs := place(j.Bed, "theirs", fields{"kubefed.io/managed": "true"})
	j.unjoin("member2")
	require.Equal(t, theirs, j.Copy(j.Servers[0], configMaps, "theirs"))
	require.Nil(t, j.Copy(j.Servers[0], configMaps, "web"))
}

// TestUnjoinGoesOnAfterARestart of the controller in the middle of it.
func TestUnjoinGoesOnAfterARestart(t *testing.T) {
	j := newUnjoin(t, servers.Shared(t, "host", "member1", "member2"), corev1beta1.UnjoinDelete)
	j.Stop()
	require.NoError(t, j.clusters().Delete(t.Context(), "member2", metav1.DeleteOptions{}))
	require.NotEmpty(t, j.finalizers("member2"))
	j.Run()
	j.untilLeft("member2")
	require.Nil(t, j.Copy(j.Servers[1], configMaps, "web"))
}

// TestUnjoinDoesNotWaitForEver for a cluster that is offline.
func TestUnjoinDoesNotWaitForEver(t *testing.T) {
	all := append(servers.Shared(t, "host", "member1"), servers.Fresh(t, "member2")...)
	j := newUnjoin(t, all, corev1beta1.UnjoinDelete)
	all[2].Kill()
	j.Until("offline", func() bool { c, _ := j.Clusters.Snapshot().Get("member2"); return !c.Ready })
	j.unjoin("member2")
	untilStates(j.Bed, configMaps, "web", []state{{name: "member1"}})
	j.Until("event", func() bool {
		return slices.ContainsFunc(j.EventsIn(j.System, "member2"), func(e string) bool {
			return strings.HasPrefix(e, "LeftBehind: it goes although it could not be reached for 1s (it is not ready")
		})
	})
}

// TestAPolicyThatIsTakenBackHoldsNothing.
func TestAPolicyThatIsTakenBackHoldsNothing(t *testing.T) {
	j := newUnjoin(t, servers.Shared(t, "host", "member1", "member2"), corev1beta1.UnjoinDelete)
	spec := specOf(j.Servers[1], "member2")
	spec.UnjoinPolicy = corev1beta1.UnjoinKeep
	j.put("member2", spec)
	j.Until("not held", func() bool { return len(j.finalizers("member2")) == 0 })
	j.unjoin("member2")
	require.NotNil(t, j.Copy(j.Servers[1], configMaps, "web"))
}
