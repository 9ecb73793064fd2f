package federated_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/push"
)

// newHostMember is a federation in which the host is a member, too. Others have
// written to the host's own namespace. It does not run yet.
func newHostMember(t *testing.T) *testbed.Bed {
	all := servers.Shared(t, "host", "member1")
	b := testbed.New(t, all[0], all, configMaps)
	changeSpace(b, 0, "admin", `{"metadata":{"labels":{"team":"shop","pod-security.kubernetes.io/enforce":"restricted"},`+
		`"annotations":{"owner":"jane"},"finalizers":["example.com/billing"]}}`)
	return b
}

// changeSpace has somebody write to the bed's namespace in a member.
func changeSpace(b *testbed.Bed, member int, who, change string) {
	b.Helper()
	_, err := b.In(b.Servers[member], plainNamespaces).Patch(b.Context(), b.Namespace, types.MergePatchType, []byte(change), metav1.PatchOptions{FieldManager: who})
	require.NoError(b, err)
}

// spaceIn is the bed's namespace in a member.
func spaceIn(b *testbed.Bed, member int) *unstructured.Unstructured {
	b.Helper()
	return b.Copy(b.Servers[member], plainNamespaces, b.Namespace)
}

// notesOf are the annotations of a copy without those of the federation.
func notesOf(o *unstructured.Unstructured) map[string]string {
	notes := maps.Clone(o.GetAnnotations())
	maps.DeleteFunc(notes, func(name, _ string) bool { return name == "fedrail.io/origin" })
	return notes
}

// TestTheHostsOwnNamespaceKeepsWhatOthersWrote while labels of the template come
// and go there as in any member, and after the FederatedNamespace is gone.
func TestTheHostsOwnNamespaceKeepsWhatOthersWrote(t *testing.T) {
	for name, adoption := range map[string]push.Adoption{"adoption": push.Adopt, "no adoption": push.Refuse} {
		t.Run(name, func(t *testing.T) {
			b := newHostMember(t)
			b.Push.Adoption = adoption
			if adoption == push.Refuse { // the other member has such a namespace, too, and would keep it to itself
				b.Members.Remove("member1")
				b.Servers = b.Servers[:1]
			}
			uid := spaceIn(b, 0).GetUID()
			b.Run()
			b.UntilReady(testbed.Namespaces(), b.Namespace)
			b.Patch(testbed.Namespaces(), b.Namespace, `{"spec":{"template":{"metadata":{"labels":{"stage":"canary"},"annotations":{"purpose":"demo"}}}}}`)
			b.UntilReady(testbed.Namespaces(), b.Namespace)
			for i := range b.Servers {
				there := spaceIn(b, i)
				require.Equal(t, "canary", there.GetLabels()["stage"])
				require.Equal(t, "demo", there.GetAnnotations()["purpose"])
			}
			before := spaceIn(b, 0)
			require.Equal(t, map[string]string{
				"team": "shop", "pod-security.kubernetes.io/enforce": "restricted", "kubernetes.io/metadata.name": b.Namespace,
				"stage": "canary", propagation.ManagedLabel: "true",
			}, before.GetLabels())
			require.Equal(t, map[string]string{"owner": "jane", "purpose": "demo"}, notesOf(before))

			b.Members.Remove("member1") // which has nobody to make an end of namespaces
			b.Delete(testbed.Namespaces(), b.Namespace)
			b.Stop()
			after := spaceIn(b, 0)
			left := before.GetLabels()
			delete(left, propagation.ManagedLabel)
			require.Equal(t, left, after.GetLabels(), "our label is gone, and nothing else")
			require.Equal(t, notesOf(before), after.GetAnnotations())
			require.Equal(t, []string{"example.com/billing"}, after.GetFinalizers())
			require.Equal(t, before.Object["spec"], after.Object["spec"])
			require.Equal(t, uid, after.GetUID())
			require.Nil(t, after.GetDeletionTimestamp())
		})
	}
}

// TestAHostsNamespaceThatIsDeletedGoes, although the FederatedNamespace in it is
// held for as long as there are copies: that of the host is the namespace itself.
func TestAHostsNamespaceThatIsDeletedGoes(t *testing.T) {
	all := servers.Fresh(t, "host", "member1")
	for _, server := range all {
		controlplanetest.Controllers(t, server, "namespace-controller")
	}
	b := testbed.New(t, all[0], all, configMaps)
	b.Run()
	declare(b, configMaps, "web", fields{"data": fields{"color": "blue"}})
	b.UntilReady(configMaps, "web")
	b.UntilReady(testbed.Namespaces(), b.Namespace)
	require.NoError(t, b.In(b.Host, plainNamespaces).Delete(t.Context(), b.Namespace, metav1.DeleteOptions{}))
	for _, server := range all {
		b.Until("the namespace is gone in "+server.Cluster(), func() bool {
			_, err := b.In(server, plainNamespaces).Get(t.Context(), b.Namespace, metav1.GetOptions{})
			return apierrors.IsNotFound(err)
		})
	}
}

// TestAMembersNamespaceKeepsWhatOthersWrote over ten changes of the template:
// labels that the API server or its guards need, notes, and finalizers.
func TestAMembersNamespaceKeepsWhatOthersWrote(t *testing.T) {
	all := servers.Shared(t, "host", "member1")
	b := testbed.New(t, all[0], all[1:])
	b.Run()
	b.UntilReady(testbed.Namespaces(), b.Namespace)
	changeSpace(b, 0, "guard", `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted","istio-injection":"enabled"},`+
		`"annotations":{"openshift.io/sa.scc.uid-range":"1000/10000"},"finalizers":["example.com/billing"]}}`)
	before := spaceIn(b, 0)
	for round := range 10 {
		b.Patch(testbed.Namespaces(), b.Namespace, fmt.Sprintf(
			`{"spec":{"template":{"metadata":{"labels":{"round":"%[1]d","only-%[1]d":"x"},"annotations":{"round":"%[1]d"}},"spec":{"finalizers":["kubernetes"]}}}}`, round))
		if round > 0 {
			b.Patch(testbed.Namespaces(), b.Namespace, fmt.Sprintf(`{"spec":{"template":{"metadata":{"labels":{"only-%d":null}}}}}`, round-1))
		}
		b.UntilReady(testbed.Namespaces(), b.Namespace)
	}
	after := spaceIn(b, 0)
	labels, notes := before.GetLabels(), notesOf(before)
	labels["round"], labels["only-9"], notes["round"] = "9", "x", "9"
	require.Equal(t, labels, after.GetLabels())
	require.Equal(t, b.Namespace, labels["kubernetes.io/metadata.name"])
	require.Equal(t, notes, notesOf(after))
	require.Equal(t, []string{"example.com/billing"}, after.GetFinalizers())
	require.Equal(t, before.Object["spec"], after.Object["spec"])
	require.Equal(t, before.GetUID(), after.GetUID())
	for _, e := range b.Events(b.Namespace) {
		require.NotContains(t, e, "DriftCorrected")
	}
	sent := b.Quiet()
	b.Stop()
	b.Run()
	require.Empty(t, b.Quiet().Since(sent).Only(budget.Request.Write), "a restart writes nothing")
	changeSpace(b, 0, "guard", `{"metadata":{"finalizers":null}}`)
}
