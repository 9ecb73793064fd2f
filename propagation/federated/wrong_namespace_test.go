package federated_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
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
	b.Quiet()
	idle := watchesOfNamespaces(b, 1)
	declare(b, configMaps, "web", fields{"data": fields{"color": "blue"}})
	message := fmt.Sprintf("namespace %q does not exist there; federate it with a FederatedNamespace that is placed there too, or create it; "+
		"the object follows by itself", b.Namespace)
	untilStates(b, configMaps, "web", []state{{name: "member1"}, {"member2", status.WaitingForNamespace, message}})
	untilEvent(b, "web", "WaitingForNamespace: cluster member2: "+message)
	for i := range 20 {
		declare(b, configMaps, fmt.Sprintf("more-%d", i), fields{"data": fields{"color": "blue"}})
	}
	untilStates(b, configMaps, "more-19", []state{{name: "member1"}, {"member2", status.WaitingForNamespace, message}})
	require.Equal(t, 1, writesIn(b, 1, b.Counter.Requests()), "one try in vain, whatever waits")
	b.Quiet()
	require.Equal(t, idle+1, watchesOfNamespaces(b, 1), "one watch for all")
	require.Empty(t, b.During(6*time.Second), "waiting costs nothing")

	create(1)
	there := time.Now()
	untilCopy(b, 1, configMaps, "web")
	require.Less(t, time.Since(there), soon)
	for i := range 20 {
		b.UntilReady(configMaps, fmt.Sprintf("more-%d", i))
	}
	b.UntilReady(configMaps, "web")
	require.Equal(t, fields{"color": "blue"}, dataOf(b, 1, "web"))
	require.Equal(t, 1+21, writesIn(b, 1, b.Counter.Requests()))
	b.Until("nobody watches for it any more", func() bool { return watchesOfNamespaces(b, 1) == idle })
}

// soon is how long after what it needs appeared an object may take to be there,
// on a machine that is busy: far less than any back-off has grown to by then.
const soon = 15 * time.Second

// writesIn counts the writes to a member.
func writesIn(b *testbed.Bed, member int, made budget.Requests) int {
	return made.Writes(b.Servers[member].Cluster())
}

// watchesOfNamespaces is how many watches of namespaces a member serves now.
func watchesOfNamespaces(b *testbed.Bed, member int) int {
	b.Helper()
	metrics, err := controlplanetest.Client(b, b.Servers[member]).RESTClient().Get().AbsPath("/metrics").DoRaw(context.Background())
	require.NoError(b, err)
	total := 0
	for line := range strings.Lines(string(metrics)) {
		if !strings.HasPrefix(line, "apiserver_longrunning_requests{") || !strings.Contains(line, `resource="namespaces"`) || !strings.Contains(line, `verb="WATCH"`) {
			continue
		}
		_, count, _ := strings.Cut(line, "} ")
		n, err := strconv.Atoi(strings.TrimSpace(count))
		require.NoError(b, err, line)
		total += n
	}
	return total
}

// untilCopy waits until a member holds a copy.
func untilCopy(b *testbed.Bed, member int, t federation.Type, name string) {
	b.Helper()
	b.Until("a copy of "+name, func() bool { return b.Copy(b.Servers[member], t, name) != nil })
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
