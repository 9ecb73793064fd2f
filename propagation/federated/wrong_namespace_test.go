package federated_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/status"
)

// TestANamespaceThatAMemberLacks is named, and what belongs into it follows when
// it is there. In a federation of one namespace nothing makes it.
func TestANamespaceThatAMemberLacks(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], configMaps)
	b.Types.Scope = federation.NamespaceScoped
	b.Namespace = b.System
	create := func(member int) {
		_, err := controlplanetest.Client(t, b.Servers[member]).CoreV1().Namespaces().
			Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: b.Namespace}}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	create(0)
	b.Run()
	declare(b, configMaps, "web", fields{"data": fields{"color": "blue"}})
	message := fmt.Sprintf("create: namespace %q does not exist there; federate it with a FederatedNamespace that is placed there too, or create it", b.Namespace)
	untilStates(b, configMaps, "web", []state{{name: "member1"}, {"member2", status.CreationFailed, message}})
	untilEvent(b, "web", "CreationFailed: cluster member2: "+message)
	create(1)
	b.UntilReady(configMaps, "web")
	require.Equal(t, fields{"color": "blue"}, dataOf(b, 1, "web"))
}

// TestAnObjectWithoutAFederatedNamespace is placed nowhere, and says why.
func TestAnObjectWithoutAFederatedNamespace(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], configMaps)
	federated := b.Namespace
	b.Run()
	declare(b, configMaps, "good", fields{"data": fields{"color": "blue"}})
	b.Namespace = controlplanetest.Namespace(t, all...)
	declare(b, configMaps, "web", fields{"data": fields{"color": "blue"}})
	message := fmt.Sprintf("NamespaceNotFederated: FederatedNamespace %[1]s/%[1]s does not exist, and without it no cluster is allowed: create it", b.Namespace)
	untilEvent(b, "web", message)
	require.Equal(t, "NamespaceNotFederated", testbed.ReadyCondition(b.Status(configMaps, "web")).Reason)
	require.Nil(t, dataOf(b, 0, "web"))

	b.Create(testbed.Namespaces(), b.Namespace, fields{"placement": fields{"clusterSelector": fields{}}})
	b.UntilReady(configMaps, "web")
	b.Delete(configMaps, "web")
	b.Namespace = federated
	requireCarried(b, configMaps, "good")
}
