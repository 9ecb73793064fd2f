package pull_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
)

// TestManyObjects: 300 objects on two members are few bundles, and few writes of
// them, whatever happens to the objects.
func TestManyObjects(t *testing.T) {
	b := newBed(t, "member1", "member2")
	const objects, chunks = 300, 2 * 2 // of 200 objects each, beside one for the namespace
	b.quiet()
	for _, step := range []struct {
		name string
		do   func()
		host int // writes that each federated object costs on the host
		more int // writes of bundles that a chunk costs beside those of the time it takes
	}{
		{"create", func() { b.fill(0, objects); b.untilHeld(); b.untilAllReady() }, 2, 2},
		{"change", func() { b.paint("red"); b.untilHeld(); b.untilAllReady() }, 1, 2},
		{"delete", func() { b.empty() }, 1, 3},
	} {
		before, began := b.Counter.Requests(), time.Now()
		step.do()
		took := time.Since(began)
		made := b.quiet().Since(before)
		spec, status := bundleWrites(made, ""), bundleWrites(made, "status")
		t.Logf("%s: %v; %d writes of %d chunks, %d of their status; %d other writes to the host, %d requests to members",
			step.name, took.Round(10*time.Millisecond), spec.Total(), chunks, status.Total(), made.Writes(testbed.HostName)-spec.Total(),
			toMembers(made))
		require.LessOrEqual(t, spec.Total(), chunks*(int(took/(500*time.Millisecond))+step.more), made)
		require.LessOrEqual(t, status.Total(), chunks*(int(took/time.Second)+step.more), made)
		require.LessOrEqual(t, made.Writes(testbed.HostName)-spec.Total(), objects*step.host+objects/20, made)
		require.Equal(t, 2*objects, toMembers(made), made)
	}
}

// toMembers counts requests to members, lists and watches aside, and the probes
// of the agents.
func toMembers(made budget.Requests) int {
	return made.Only(func(r budget.Request) bool {
		return (r.Cluster == "member1" || r.Cluster == "member2") && r.Verb != "list" && r.Verb != "watch" && r.Resource != ""
	}).Total()
}

// quiet waits until nothing but heartbeats has been sent for a while.
func (b *bed) quiet() budget.Requests {
	b.Helper()
	last, since := b.work(), time.Now()
	b.Until("quiet", func() bool {
		if now := b.work(); now.Total() != last.Total() {
			last, since = now, time.Now()
		}
		return time.Since(since) > 1500*time.Millisecond
	})
	return last
}

// work is all requests but heartbeats, lists and watches.
func (b *bed) work() budget.Requests {
	return b.Counter.Requests().Only(func(r budget.Request) bool {
		return r.Resource != "leases" && r.Resource != "" && r.Verb != "list" && r.Verb != "watch"
	})
}

// TestNothingIsWrittenWhenNothingChanged, whoever starts anew.
func TestNothingIsWrittenWhenNothingChanged(t *testing.T) {
	b := newBed(t, "member1", "member2")
	b.fill(0, 50)
	b.untilHeld()
	b.untilAllReady()
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"controller", func() { b.Stop(); b.Run() }},
		{"agent", func() { b.agents[0](); b.startAgent(0) }},
	} {
		t.Run(step.name, func(t *testing.T) {
			before := b.quiet()
			step.do()
			b.UntilReady(configMaps, "c-000")
			require.Empty(t, b.quiet().Since(before).String())
		})
	}
	t.Run("and the change of one object is one write each", func(t *testing.T) {
		before := b.quiet()
		b.Patch(configMaps, "c-007", `{"spec":{"template":{"data":{"color":"green"}}}}`)
		b.expect("c-007", "green")
		b.untilHeld()
		b.UntilReady(configMaps, "c-007")
		made := b.quiet().Since(before)
		require.Equal(t, []int{2, 2, 2}, []int{
			bundleWrites(made, "").Total(), bundleWrites(made, "status").Total(), toMembers(made),
		}, made)
		require.Equal(t, 2+1, made.Writes(testbed.HostName), made) // the bundles, and one report
	})
	t.Run("drift is set right in the member and told once", func(t *testing.T) {
		before := b.quiet()
		_, err := b.In(b.Servers[0], configMaps).Patch(context.Background(), "c-008", types.MergePatchType,
			[]byte(`{"data":{"color":"stolen"}}`), metav1.PatchOptions{FieldManager: "rival"})
		require.NoError(t, err)
		b.Until("told", func() bool { return len(b.Events("c-008")) > 0 })
		b.untilHeld()
		made := b.quiet().Since(before)
		require.Equal(t, []int{0, 1, 1}, []int{
			bundleWrites(made, "").Total(), bundleWrites(made, "status").Total(), toMembers(made),
		}, made)
		require.Equal(t, []string{"DriftCorrected: cluster member1: set back .data.color (taken by rival)"}, b.Events("c-008"))
	})
}
