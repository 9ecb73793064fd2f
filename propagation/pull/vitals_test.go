package pull_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// TestCopiesFareAlikeInBothKindsOfMembers: what an agent tells is what is seen
// where the host reaches the member itself.
func TestCopiesFareAlikeInBothKindsOfMembers(t *testing.T) {
	b := newMixed(t, deployments)
	b.deploy("web", "none", nil)
	same := func() federatedkind.ClusterStatus {
		all := b.Status(deployments, "web").Clusters
		require.Len(t, all, 2)
		all[0].Name = all[1].Name
		require.Equal(t, all[1], all[0])
		return all[0]
	}
	well := same()
	require.Equal(t, "Healthy", well.Health)
	require.EqualValues(t, 1, well.ObservedGeneration)
	require.Equal(t, map[string]int64{"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1}, well.Counts)

	b.ship("web", "2")
	b.Until("both are on their way", func() bool {
		s := b.Status(deployments, "web")
		return s.Clusters[0].Health == "Progressing" && s.Clusters[1].Health == "Progressing"
	})
	require.Equal(t, "its status speaks of generation 1, and the newest is 2", same().HealthMessage)
	b.agents[0]()
	b.Stop()
	b.Run()
	key := propagation.Key{Namespace: b.Namespace, Name: "web"}
	b.Until("what the agent said last is known", func() bool {
		p, declared := b.Loops.Look(deployments, key)
		return declared && len(p.Clusters) == 2 && p.Clusters[0].Vitals.Health == status.Progressing && p.Clusters[1].Vitals.Health == status.Progressing
	})
}
