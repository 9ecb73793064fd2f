package pull_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/budget"
)

// TestAnAgentThatIsStoppedInTheMiddle and started again later brings its member
// to what is declared then. Others do not wait for it.
func TestAnAgentThatIsStoppedInTheMiddle(t *testing.T) {
	b := newBed(t, "member1", "member2")
	for round, step := range []struct {
		name  string
		begin func()
		later func()
	}{
		{"of creations", func() { b.fill(0, 100) }, func() { b.fill(100, 120) }},
		{"of changes", func() { b.paint("red") }, func() { b.paint("green") }},
	} {
		t.Run(step.name, func(t *testing.T) {
			step.begin()
			b.Until("begun", func() bool { return b.differs(1) < len(b.want[1])-5*(round+1) })
			b.agents[1]()
			open := b.differs(1)
			step.later()
			b.Until("the other has all", func() bool { return b.differs(0) == 0 })
			b.Until("not ready", func() bool { return b.states("c-119")["member2"] == "ClusterNotReady" })
			b.startAgent(1)
			back := time.Now()
			b.untilHeld()
			t.Logf("stopped with %d to go; held by all %v after it was started again", open, time.Since(back).Round(time.Millisecond))
			b.untilAllReady()
		})
	}
	t.Run("of deletions", func(t *testing.T) {
		names := b.withdraw()
		b.Until("begun", func() bool { return len(b.held(1)) < len(names)-5 })
		b.agents[1]()
		t.Logf("stopped with %d to go", len(b.held(1)))
		b.Until("the other has none", func() bool { return len(b.held(0)) == 0 })
		b.startAgent(1)
		b.untilHeld()
		b.untilGone(names)
	})
}

// differs is how many objects a member does not hold as it should.
func (b *bed) differs(i int) int {
	held, n := b.held(i), 0
	for name, color := range b.want[i] {
		if held[name] != color {
			n++
		}
	}
	return n
}

// states are how an object fares, by cluster.
func (b *bed) states(name string) map[string]string {
	states := map[string]string{}
	for _, c := range b.Status(configMaps, name).Clusters {
		states[c.Name] = string(c.Status)
	}
	return states
}

// TestTheHostIsAwayAndBack: an agent keeps its member as it should be meanwhile,
// and all goes on when the host is back.
func TestTheHostIsAwayAndBack(t *testing.T) {
	b := newBed(t, "member1")
	b.fill(0, 20)
	b.untilHeld()
	b.untilAllReady()
	b.Host.Kill()
	stolen := []byte(`{"data":{"color":"stolen"}}`)
	for i := range 5 {
		_, err := b.In(b.Servers[0], configMaps).Patch(context.Background(), fmt.Sprintf("c-%03d", i), types.MergePatchType,
			stolen, metav1.PatchOptions{FieldManager: "rival"})
		require.NoError(t, err)
	}
	require.NoError(t, b.In(b.Servers[0], configMaps).Delete(context.Background(), "c-010", metav1.DeleteOptions{}))
	b.untilHeld()
	require.NoError(t, b.Host.Restart(t.Context()))
	back := time.Now()
	b.Until("told", func() bool { return len(b.Events("c-010")) > 0 })
	b.paint("red")
	b.fill(20, 30)
	b.untilHeld()
	t.Logf("held what changed %v after the host was back", time.Since(back).Round(time.Millisecond))
	b.untilAllReady()
	b.empty()
}

// TestTheControllerIsStoppedInTheMiddle: the next one finds in the bundles what
// was begun.
func TestTheControllerIsStoppedInTheMiddle(t *testing.T) {
	b := newBed(t, "member1", "member2")
	again := func() { b.Stop(); b.Run() }
	b.fill(0, 60)
	again()
	b.fill(60, 100)
	b.untilHeld()
	b.paint("red")
	again()
	b.untilHeld()
	b.untilAllReady()
	names := b.withdraw()
	again()
	b.untilHeld()
	b.untilGone(names)
	b.quiet()
	for _, member := range b.MemberNames() {
		for _, bundle := range bundlesOf(t, b.Host, member) {
			if bundle.Spec.Target.Kind == "ConfigMap" {
				require.Empty(t, bundle.Spec.Objects, member)
				require.Empty(t, bundle.Status.Objects, member)
			}
		}
	}
}

// TestAMemberThatIsNotWell stops its agent's heartbeat, and nothing else.
func TestAMemberThatIsNotWell(t *testing.T) {
	host := servers.Shared(t, "host")[0]
	member := servers.Fresh(t, "unwell")[0]
	install(t, host)
	admit(t, host, "unwell", nil)
	run(t, agentOf(t, host, member, budget.New()))
	registry := registryOf(t, host)
	b := bedOf(t)
	ready := func() bool { c, _ := registry.Snapshot().Get("unwell"); return c.Ready }
	turned := func() time.Time { c, _ := registry.Snapshot().Get("unwell"); return c.Turned }
	b.Until("ready", ready)
	first := turned()
	require.NoError(t, member.Pause())
	b.Until("not ready", func() bool { return !ready() })
	c, _ := registry.Snapshot().Get("unwell")
	require.Regexp(t, "^its agent was last heard of at .*; it may be down, or the member not well, or the way to the host closed$", c.Message)
	require.Equal(t, federation.ClusterName("unwell"), c.Name)
	require.True(t, first.Before(c.Turned), "it turned when the Lease ran out")
	require.NoError(t, member.Continue())
	b.Until("ready again", ready)
	require.True(t, c.Turned.Before(turned()), "and when it was renewed")
}
