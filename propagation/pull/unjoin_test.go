package pull_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/pull"
)

// annotate writes an annotation of a member's namespace.
func annotate(t testing.TB, host *controlplane.Server, cluster federation.ClusterName, leaving string) {
	t.Helper()
	body := `{"metadata":{"annotations":{"` + pull.LeavingAnnotation + `":"` + leaving + `"}}}`
	_, err := controlplanetest.Client(t, host).CoreV1().Namespaces().
		Patch(context.Background(), pull.NamespaceOf(cluster), types.MergePatchType, []byte(body), metav1.PatchOptions{})
	require.NoError(t, err)
}

// isGoing says whether a member's namespace is deleted. That of an API server alone
// never ends.
func isGoing(t testing.TB, host *controlplane.Server, cluster federation.ClusterName) bool {
	t.Helper()
	namespace, err := controlplanetest.Client(t, host).CoreV1().Namespaces().Get(context.Background(), pull.NamespaceOf(cluster), metav1.GetOptions{})
	require.NoError(t, err)
	return namespace.DeletionTimestamp != nil
}

func TestUnjoinWaitsForWhatIsLeft(t *testing.T) {
	all := servers.Shared(t, "host", "member1")
	host := all[0]
	install(t, host)
	admit(t, host, "leaves", nil)
	admit(t, host, "stays", nil)
	o := agentOf(t, host, all[1], budget.New())
	o.Cluster = "leaves"
	run(t, o)
	registry := registryOf(t, host)
	toHost := dial(t, host.Config(), budget.New(), "host")
	var asked, left atomic.Int32
	left.Store(1)
	unjoin, err := pull.NewUnjoin(pull.UnjoinOptions{Registry: registry, Client: toHost.objects,
		Left: func(_ context.Context, name federation.ClusterName) ([]string, error) {
			require.Equal(t, federation.ClusterName("leaves"), name)
			asked.Add(1)
			return make([]string, left.Load()), nil
		}})
	require.NoError(t, err)
	background(t, unjoin.Start)
	b := bedOf(t)
	annotate(t, host, "leaves", "Perhaps")
	b.Until("ready", func() bool { c, _ := registry.Snapshot().Get("leaves"); return c.Ready })
	member, _ := registry.Snapshot().Get("leaves")
	require.Empty(t, member.Leaving, "another word says nothing")
	annotate(t, host, "leaves", "Delete")
	b.Until("asked twice", func() bool { return asked.Load() > 1 })
	member, _ = registry.Snapshot().Get("leaves")
	require.Equal(t, federation.LeavingDelete, member.Leaving)
	require.False(t, isGoing(t, host, "leaves"))
	left.Store(0)
	b.Until("gone", func() bool { return isGoing(t, host, "leaves") })
	b.Until("no member", func() bool { _, known := registry.Snapshot().Get("leaves"); return !known })
	require.False(t, isGoing(t, host, "stays"))
}

// TestUnjoinDoesNotWaitForEver for a member whose agent is gone.
func TestUnjoinDoesNotWaitForEver(t *testing.T) {
	host := servers.Shared(t, "host")[0]
	admit(t, host, "silent", nil)
	annotate(t, host, "silent", "Orphan")
	registry := registryOf(t, host)
	toHost := dial(t, host.Config(), budget.New(), "host")
	events := record.NewFakeRecorder(10)
	unjoin, err := pull.NewUnjoin(pull.UnjoinOptions{Registry: registry, Client: toHost.objects, Events: events, LetGoAfter: 300 * time.Millisecond,
		Left: func(context.Context, federation.ClusterName) ([]string, error) {
			return nil, errors.New("nobody asks")
		}})
	require.NoError(t, err)
	background(t, unjoin.Start)
	bedOf(t).Until("gone", func() bool { return isGoing(t, host, "silent") })
	require.Equal(t, "Warning LeftBehind it goes although it could not be reached for 300ms "+
		"(it is not ready: its agent has never been heard of); copies that are left there stay", <-events.Events)
}
