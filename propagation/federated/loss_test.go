package federated_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
)

// relabel gives members a tier, one after the other.
func relabel(b *testbed.Bed, tier string, names ...federation.ClusterName) {
	b.Helper()
	for _, name := range names {
		c, known := b.Members.Snapshot().Get(name)
		require.True(b, known, name)
		c.Labels = labels.Set{"tier": tier}
		b.Members.Put(c)
	}
}

// newGuarded is a running bed with a ConfigMap in three members that are gold,
// and the loss of two of them held back.
func newGuarded(t *testing.T) *testbed.Bed {
	all := servers.Shared(t, "host", "member1", "member2", "member3")
	b := testbed.New(t, all[0], all[1:], configMaps)
	relabel(b, "gold", "member1", "member2", "member3")
	b.Run()
	b.Create(configMaps, "web", fields{"template": fields{"data": fields{"color": "blue"}},
		"placement": fields{"clusterSelector": fields{"matchLabels": fields{"tier": "gold"}}}})
	b.UntilReady(configMaps, "web")
	b.Members.Replace(federation.NewClusterSet(relabelled(b)...))
	untilGuarded(b)
	return b
}

// relabelled are the members, of which only the first is gold.
func relabelled(b *testbed.Bed) []federation.Cluster {
	var all []federation.Cluster
	for c := range b.Members.Snapshot().All() {
		if c.Name != "member1" {
			c.Labels = labels.Set{"tier": "iron"}
		}
		all = append(all, c)
	}
	return all
}

const lossMessage = "2 of 3 clusters would lose the object, though its own placement did not change: member2, member3; " +
	"to let that happen, annotate it with fedrail.io/allow-loss="

func untilGuarded(b *testbed.Bed) {
	b.Helper()
	b.Until("guarded", func() bool {
		ready := testbed.ReadyCondition(b.Status(configMaps, "web"))
		return ready.Reason == propagation.LossGuarded && strings.HasPrefix(ready.Message, lossMessage)
	})
}

// requireIn says which members hold the ConfigMap.
func requireIn(b *testbed.Bed, want ...string) {
	b.Helper()
	var in []string
	for i, s := range b.Servers {
		if b.Copy(b.Servers[i], configMaps, "web") != nil {
			in = append(in, s.Cluster())
		}
	}
	require.Equal(b, want, in)
}

// TestAChangeOfLabelsDoesNotTakeAnObjectFromMostOfItsClusters until somebody
// says yes. The status and an event name the clusters and the way to say it.
func TestAChangeOfLabelsDoesNotTakeAnObjectFromMostOfItsClusters(t *testing.T) {
	t.Run("the annotation says yes", func(t *testing.T) {
		b := newGuarded(t)
		untilEvent(b, "web", propagation.LossGuarded+": "+lossMessage)
		b.Stop()
		b.Run()
		b.Patch(configMaps, "web", `{"spec":{"template":{"data":{"color":"green"}}}}`)
		b.Until("carried to all", func() bool {
			return dataOf(b, 0, "web")["color"] == "green" && dataOf(b, 1, "web")["color"] == "green" && dataOf(b, 2, "web")["color"] == "green"
		})
		untilGuarded(b)
		requireIn(b, "member1", "member2", "member3")

		_, rest, _ := strings.Cut(testbed.ReadyCondition(b.Status(configMaps, "web")).Message, propagation.AllowLossAnnotation+"=")
		token, _, _ := strings.Cut(rest, ",")
		b.Patch(configMaps, "web", `{"metadata":{"annotations":{"`+propagation.AllowLossAnnotation+`":"`+token+`"}}}`)
		b.UntilReady(configMaps, "web")
		untilStates(b, configMaps, "web", []state{{name: "member1"}})
		requireIn(b, "member1")
	})
	t.Run("a change of the placement says yes", func(t *testing.T) {
		b := newGuarded(t)
		b.Patch(configMaps, "web", `{"spec":{"placement":{"clusters":[{"name":"member2"}]}}}`)
		untilStates(b, configMaps, "web", []state{{name: "member2"}})
		requireIn(b, "member2")
	})
	t.Run("a deletion says yes", func(t *testing.T) {
		b := newGuarded(t)
		b.Delete(configMaps, "web")
		requireIn(b)
	})
	t.Run("the labels are put right", func(t *testing.T) {
		b := newGuarded(t)
		relabel(b, "gold", "member2", "member3")
		b.UntilReady(configMaps, "web")
		requireIn(b, "member1", "member2", "member3")
	})
}
