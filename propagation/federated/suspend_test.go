package federated_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// annotate sets an annotation of a federated object; null, in JSON, takes it off.
func annotate(b *testbed.Bed, kind federation.Type, name, note, value string) {
	b.Helper()
	b.Patch(kind, name, `{"metadata":{"annotations":{"`+note+`":`+value+`}}}`)
}

// conditionOf is a condition of a federated object; zero when it has none.
func conditionOf(b *testbed.Bed, kind federation.Type, name, condition string) federatedkind.Condition {
	for _, c := range b.Status(kind, name).Conditions {
		if c.Type == condition {
			return c
		}
	}
	return federatedkind.Condition{}
}

func suspend(b *testbed.Bed, kind federation.Type, name string) {
	b.Helper()
	annotate(b, kind, name, federatedkind.SuspendAnnotation, `"true"`)
	b.Until("suspended", func() bool { return conditionOf(b, kind, name, status.Applied).Reason == propagation.Suspended })
}

func resume(b *testbed.Bed, kind federation.Type, name string) {
	b.Helper()
	annotate(b, kind, name, federatedkind.SuspendAnnotation, `null`)
	b.UntilReady(kind, name)
}

// two is a host with two members that carries ConfigMaps and Deployments.
func two(t *testing.T) *testbed.Bed {
	all := servers.Shared(t, "host", "member1", "member2")
	return testbed.New(t, all[0], all[1:], configMaps, deployments)
}

func TestNothingIsWrittenToAnyMemberWhileSuspended(t *testing.T) {
	b := two(t)
	b.Run()
	declare(b, configMaps, "web", fields{"data": fields{"color": "blue"}})
	b.UntilReady(configMaps, "web")
	suspend(b, configMaps, "web")
	before := b.Quiet()
	b.Patch(configMaps, "web", `{"spec":{"template":{"data":{"color":"green"}},"placement":{"clusters":[{"name":"member2"}]}}}`)
	write(b, 1, configMaps, "web", `{"data":{"color":"stolen"}}`)
	untilStates(b, configMaps, "web", []state{
		{"member1", status.WaitingForRemoval, "the copy stays while the object is suspended"},
		{"member2", status.WaitingForResume, "it holds another version, and is left as it is while the object is suspended"},
	})
	made := b.Quiet().Since(before)
	require.Zero(t, made.Writes("member1")+made.Writes("member2"), made)
	require.Equal(t, "blue stolen", field(b, 0, "web", "color").(string)+" "+field(b, 1, "web", "color").(string))
	applied := conditionOf(b, configMaps, "web", status.Applied)
	require.Contains(t, applied.Message, "it is suspended: nothing is created, changed or removed in any cluster; 0 of 2 clusters hold what they should")
	require.EqualValues(t, "False", applied.Status)
	resume(b, configMaps, "web")
	untilHeld(b, configMaps, "web", "member2")
	require.Equal(t, "green", field(b, 1, "web", "color"))
	untilEvent(b, "web", "Suspended: it is suspended")
	untilEvent(b, "web", "Resumed: it is carried again")
}

func TestASuspendedObjectIsLeftAloneByARestartToo(t *testing.T) {
	b := two(t)
	b.Run()
	declare(b, configMaps, "web", fields{"data": fields{"color": "blue"}})
	b.UntilReady(configMaps, "web")
	suspend(b, configMaps, "web")
	b.Patch(configMaps, "web", `{"spec":{"template":{"data":{"color":"green"}}}}`)
	untilStates(b, configMaps, "web", inBoth(status.WaitingForResume, "it holds another version, and is left as it is while the object is suspended"))
	before := b.Quiet()
	b.Stop()
	b.Run()
	require.Equal(t, cost{}, spent(b.Quiet().Since(before)))
	resume(b, configMaps, "web")
	require.Equal(t, "green", field(b, 0, "web", "color"))
}

func TestAWrongSuspendChangesNothingAndSaysWhatToWrite(t *testing.T) {
	b := two(t)
	b.Run()
	declare(b, configMaps, "web", fields{"data": fields{"color": "blue"}})
	b.UntilReady(configMaps, "web")
	annotate(b, configMaps, "web", federatedkind.SuspendAnnotation, `"yes"`)
	b.Patch(configMaps, "web", `{"spec":{"template":{"data":{"color":"green"}}}}`)
	b.Until("refused", func() bool {
		c := conditionOf(b, configMaps, "web", status.Ready)
		return c.Reason == status.ComputePlacementFailed &&
			c.Message == `metadata.annotations[fedrail.io/suspend]: want one of ["true" "false"], not "yes"`
	})
	require.Equal(t, "blue", field(b, 0, "web", "color"))
	annotate(b, configMaps, "web", federatedkind.SuspendAnnotation, `"false"`)
	b.UntilReady(configMaps, "web")
	require.Equal(t, "green", field(b, 0, "web", "color"))
}

func TestASuspendedObjectThatIsDeletedGoes(t *testing.T) {
	b := two(t)
	b.Run()
	declare(b, configMaps, "web", fields{"data": fields{"color": "blue"}})
	b.UntilReady(configMaps, "web")
	suspend(b, configMaps, "web")
	b.Delete(configMaps, "web")
	untilHeld(b, configMaps, "web")
}

func TestHowCopiesFareIsToldOfASuspendedObject(t *testing.T) {
	b := two(t)
	b.Judge(deployments)
	b.Run()
	workload(b, "web", nil)
	suspend(b, deployments, "web")
	wreck(b, 1, "web")
	b.Until("told", func() bool { return conditionOf(b, deployments, "web", status.Available).Status == "False" })
	require.Equal(t, propagation.Suspended, conditionOf(b, deployments, "web", status.Applied).Reason)
	heal(b, 1, "web")
	b.Until("told", func() bool { return conditionOf(b, deployments, "web", status.Available).Status == "True" })
	require.NotEmpty(t, b.Status(deployments, "web").Clusters[1].RemoteStatus)
}

// TestWhatASuspendedObjectRefersToStaysWithItsCopies, and is carried: it may be
// others' as well.
func TestWhatASuspendedObjectRefersToStaysWithItsCopies(t *testing.T) {
	b := followBed(t)
	onHost(b, configMaps, "old", fields{"data": fields{"color": "blue"}})
	onHost(b, configMaps, "new", fields{"data": fields{"color": "red"}})
	deploy(b, "web", fromConfigMap("old"), "member1")
	untilHeld(b, configMaps, "old", "member1")
	untilHeld(b, deployments, "web", "member1")
	b.UntilReady(deployments, "web")
	suspend(b, deployments, "web")
	moveTo(b, "web", `{"name":"member2"}`)
	b.Patch(deployments, "web", `{"spec":{"template":{"spec":{"template":{"spec":{"containers":[
		{"name":"main","image":"example.test/web:1","envFrom":[{"configMapRef":{"name":"new"}}]}]}}}}}}`)
	changeOnHost(b, configMaps, "old", `{"data":{"color":"green"}}`)
	b.Until("carried", func() bool { return field(b, 0, "old", "color") == "green" })
	b.Quiet()
	untilHeld(b, configMaps, "old", "member1", "member2")
	untilHeld(b, configMaps, "new")
	untilHeld(b, deployments, "web", "member1")
	resume(b, deployments, "web")
	untilHeld(b, deployments, "web", "member2")
	untilHeld(b, configMaps, "new", "member2")
	untilHeld(b, configMaps, "old")
}

// TestALeavingMemberWaitsForWhatIsSuspended: who unjoins a cluster does not own all
// that is in it.
func TestALeavingMemberWaitsForWhatIsSuspended(t *testing.T) {
	b := two(t)
	b.Run()
	declare(b, configMaps, "web", fields{"data": fields{"color": "blue"}})
	b.UntilReady(configMaps, "web")
	suspend(b, configMaps, "web")
	leaving, _ := b.Members.Snapshot().Get("member2")
	leaving.Leaving = federation.LeavingDelete
	b.Members.Put(leaving)
	untilStates(b, configMaps, "web", []state{{name: "member1"},
		{"member2", status.WaitingForRemoval, "the copy stays while the object is suspended"}})
	left, err := b.Loops.Left(context.Background(), "member2")
	require.NoError(t, err)
	require.Contains(t, left, configMaps.String()+" "+b.Namespace+"/web")
	annotate(b, configMaps, "web", federatedkind.SuspendAnnotation, `null`)
	untilHeld(b, configMaps, "web", "member1")
}
