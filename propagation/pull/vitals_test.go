package pull_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/pull"
	"github.com/fedrail/fedrail/status"
	"github.com/fedrail/fedrail/status/expression"
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

// TestAnAgentJudgesAsTheHostSays, and one that cannot carries all the same.
func TestAnAgentJudgesAsTheHostSays(t *testing.T) {
	said := v1alpha1.Judging{Healthy: "object.data.color == 'blue'"}
	for name, c := range map[string]struct {
		judge func(federation.Type, v1alpha1.Judging) (status.Judge, error)
		want  status.Vitals
	}{
		"by the expression": {
			func(kind federation.Type, by v1alpha1.Judging) (status.Judge, error) {
				require.Equal(t, configMaps, kind)
				return expression.Judge(kind.GroupKind(), expression.Health(by))
			}, status.Vitals{Health: status.Healthy},
		},
		"it knows no expressions": {nil, status.Vitals{}},
	} {
		t.Run(name, func(t *testing.T) {
			cluster := federation.ClusterName("judged-" + strings.ReplaceAll(name, " ", "-"))
			d := newDesk(t, cluster, pull.Options{Judging: &said})
			member := servers.Shared(t, "member1")[0]
			o := agentOf(t, d.host, member, budget.New())
			o.Cluster, o.Judge = cluster, c.judge
			run(t, o)
			want := labelled(configMap(controlplanetest.Namespace(t, member), "web"))
			want.Object["data"] = map[string]any{"color": "blue"}
			d.Until("held", func() bool {
				out, err := d.propagator.Apply(t.Context(), cluster, want, propagation.Holding{Parent: "parent"})
				return err == nil && reflect.DeepEqual(c.want, out.Vitals)
			})
		})
	}
}
