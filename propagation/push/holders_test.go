package push_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/push"
)

// Who holds a copy is known of all members, over their present connections, and
// of no cluster that is no member any more.
func TestHoldersAreMembers(t *testing.T) {
	both := servers.Shared(t, "member1", "member2")
	namespace := controlplanetest.Namespace(t, both...)
	members := ready(budget.New(), both...)
	p, err := push.New(push.Options{Clusters: members, Type: configMaps})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Observe(ctx, func(propagation.Change) {}) }()
	defer func() { stop(); require.NoError(t, <-ended) }()

	object := configMap(namespace, "settings")
	object.SetLabels(map[string]string{propagation.ManagedLabel: "true"})
	key := propagation.KeyOf(object)
	hold := func(want ...federation.ClusterName) {
		t.Helper()
		require.Eventually(t, func() bool { return len(p.Holders(key)) == len(want) }, time.Minute, 20*time.Millisecond)
		require.Equal(t, want, p.Holders(key))
	}
	for _, name := range []federation.ClusterName{"member2", "member1"} {
		require.Eventually(t, func() bool {
			_, err := p.Apply(ctx, name, object, propagation.Holding{Parent: "parent"})
			return err == nil
		}, time.Minute, 20*time.Millisecond)
	}
	hold("member1", "member2")
	require.Equal(t, []federation.ClusterName{"member1", "member2"}, p.HoldersOf(key, "parent"))
	require.Empty(t, p.HoldersOf(key, "another"))

	members.Put(federation.Cluster{Name: "member1", Ready: true, Connection: "another"})
	hold("member1", "member2")

	members.Remove("member1")
	hold("member2")
	members.Put(federation.Cluster{Name: "member1", Ready: true})
	hold("member1", "member2")
}
