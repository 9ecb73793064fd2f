package pull_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/status"
)

// annotate sets an annotation of a federated object; null, in JSON, takes it off.
func (b *bed) annotate(name, note, value string) {
	b.Helper()
	b.Patch(configMaps, name, fmt.Sprintf(`{"metadata":{"annotations":{%q:%s}}}`, note, value))
}

// untilReason waits until the condition Applied has a reason.
func (b *bed) untilReason(name, reason string) {
	b.Helper()
	b.Until(reason, func() bool {
		for _, c := range b.Status(configMaps, name).Conditions {
			if c.Type == status.Applied {
				return c.Reason == reason
			}
		}
		return false
	})
}

// fares are how an object fares in each member.
func (b *bed) fares(name string) []status.State {
	var states []status.State
	for _, c := range b.Status(configMaps, name).Clusters {
		states = append(states, status.State(c.Status))
	}
	return states
}

// forge changes a copy as the manager of that name.
func (b *bed) forge(member int, name, color, manager string) {
	b.Helper()
	there := b.Copy(b.Servers[member], configMaps, name)
	there.SetManagedFields(nil)
	there.SetUID("")
	there.SetResourceVersion("")
	there.Object["data"] = map[string]any{"color": color}
	body, err := there.MarshalJSON()
	require.NoError(b, err)
	force := true
	_, err = b.In(b.Servers[member], configMaps).Patch(b.Context(), name, types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: manager, Force: &force})
	require.NoError(b, err)
}

// TestAnAgentLeavesAloneWhatIsSuspended: it does not even set back what others change.
func TestAnAgentLeavesAloneWhatIsSuspended(t *testing.T) {
	b := newBed(t, "member1", "member2")
	b.fill(0, 1)
	b.untilHeld()
	b.untilAllReady()
	b.annotate("c-000", federatedkind.SuspendAnnotation, `"true"`)
	b.untilReason("c-000", propagation.Suspended)
	require.Equal(t, []status.State{status.OK, status.OK}, b.fares("c-000"))
	before := b.Quiet()
	b.forge(0, "c-000", "stolen", "rival")
	require.NoError(t, b.In(b.Servers[1], configMaps).Delete(t.Context(), "c-000", metav1.DeleteOptions{}))
	b.Until("seen", func() bool { return b.fares("c-000")[1] == status.WaitingForResume })
	b.agents[0]()
	b.startAgent(0)
	b.Stop()
	b.Run()
	made := b.Quiet().Since(before)
	require.Zero(t, made.Writes("member1")+made.Writes("member2"), made)
	require.Equal(t, map[string]string{"c-000": "stolen"}, b.held(0))
	require.Empty(t, b.held(1))

	b.annotate("c-000", federatedkind.SuspendAnnotation, `null`)
	b.untilHeld()
	b.untilAllReady()
}

// TestWhatIsSuspendedIsNotRemovedByAnAgentEither, though it should go.
func TestWhatIsSuspendedIsNotRemovedByAnAgentEither(t *testing.T) {
	b := newBed(t, "member1", "member2")
	b.fill(0, 1)
	b.untilHeld()
	b.untilAllReady()
	b.annotate("c-000", federatedkind.SuspendAnnotation, `"true"`)
	b.untilReason("c-000", propagation.Suspended)
	before := b.Quiet()
	b.Patch(configMaps, "c-000", `{"spec":{"placement":{"clusters":[{"name":"member2"}]}}}`)
	b.Until("told", func() bool { return b.fares("c-000")[0] == status.WaitingForRemoval })
	made := b.Quiet().Since(before)
	require.Zero(t, made.Writes("member1")+made.Writes("member2"), made)
	b.annotate("c-000", federatedkind.SuspendAnnotation, `"false"`)
	clear(b.want[0])
	b.untilHeld()
	b.UntilReady(configMaps, "c-000")
	b.annotate("c-000", federatedkind.SuspendAnnotation, `"true"`)
	b.untilReason("c-000", propagation.Suspended)
	b.Delete(configMaps, "c-000") // a deletion goes on
	require.Empty(t, b.held(1))
}

// TestAnAgentThatWasAwayHearsOfASuspensionFirst, before it does what was asked before.
func TestAnAgentThatWasAwayHearsOfASuspensionFirst(t *testing.T) {
	b := newBed(t, "member1", "member2")
	b.fill(0, 1)
	b.untilHeld()
	b.untilAllReady()
	b.agents[0]()
	b.paint("green")
	b.Until("away", func() bool { return b.fares("c-000")[0] == status.ClusterNotReady })
	b.annotate("c-000", federatedkind.SuspendAnnotation, `"true"`)
	b.untilReason("c-000", propagation.Suspended)
	before := b.Quiet()
	b.startAgent(0)
	b.Until("back", func() bool { return b.fares("c-000")[0] == status.WaitingForResume })
	made := b.Quiet().Since(before)
	require.Zero(t, made.Writes("member1"), made)
	require.Equal(t, map[string]string{"c-000": "color-0"}, b.held(0))
	b.annotate("c-000", federatedkind.SuspendAnnotation, `null`)
	b.untilHeld()
}

// copies are the requests about ConfigMaps to a member.
func copies(made budget.Requests, member string) int {
	return made.Only(func(r budget.Request) bool { return r.Resource == "configmaps" && r.Cluster == member && r.Write() }).Total()
}

func TestAgentsWriteAnewWhatIsToBeReconciled(t *testing.T) {
	b := newBed(t, "member1", "member2")
	b.fill(0, 1)
	b.untilHeld()
	b.untilAllReady()
	b.forge(0, "c-000", "forged", "fedrail")
	before := b.Quiet()
	require.Equal(t, map[string]string{"c-000": "forged"}, b.held(0), "nobody can see that")
	b.annotate("c-000", federatedkind.ReconcileAnnotation, `"1"`)
	b.untilHeld()
	b.Until("told", func() bool { return len(b.Events("c-000")) > 0 })
	require.Contains(t, b.Events("c-000"), "Reconciled: every copy was compared with what it should be and written anew, as asked: 1")
	made := b.Quiet().Since(before)
	require.Equal(t, [2]int{1, 1}, [2]int{copies(made, "member1"), copies(made, "member2")}, made)

	before = b.Quiet()
	b.agents[0]()
	b.startAgent(0)
	b.Stop()
	b.Run()
	b.annotate("c-000", federatedkind.RetryAnnotation, `"1"`)
	made = b.Quiet().Since(before)
	require.Zero(t, copies(made, "member1")+copies(made, "member2"), made)
	require.Zero(t, bundleWrites(made, "").Total(), made)
}

// TestARetryReachesTheAgentThatFailed, and no other.
func TestARetryReachesTheAgentThatFailed(t *testing.T) {
	b := newBed(t, "member1", "member2")
	b.fill(0, 1)
	b.untilHeld()
	b.agents[1]()
	o := agentOf(b, b.Host, b.Servers[1], b.Counter)
	o.Heartbeat, o.Backoff, o.MaxBackoff = 2*time.Second, time.Hour, time.Hour
	b.agents[1] = run(b, o)
	b.paint("green")
	b.untilHeld() // it has listed its copies, and looks at none once more because of that
	b.Create(configMaps, "web", map[string]any{
		"template": map[string]any{"data": map[string]any{"color": "blue"}}, "placement": map[string]any{"clusterSelector": map[string]any{}},
		"overrides": []any{map[string]any{"clusterName": "member2", "clusterOverrides": []any{
			map[string]any{"op": "add", "path": "/immutable", "value": true}}}},
	})
	b.UntilReady(configMaps, "web")
	b.Patch(configMaps, "web", `{"spec":{"template":{"data":{"color":"green"}}}}`)
	b.Until("refused", func() bool { return b.fares("web")[1] == status.UpdateFailed })
	before := b.Quiet()
	b.annotate("web", federatedkind.RetryAnnotation, `"1"`)
	b.Until("tried", func() bool { return copies(b.Counter.Requests().Since(before), "member2") == 1 })
	made := b.Quiet().Since(before)
	require.Equal(t, [2]int{0, 1}, [2]int{copies(made, "member1"), copies(made, "member2")}, made)
	require.Equal(t, status.UpdateFailed, b.fares("web")[1])
}
