package federated_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/archive"
)

// setReady says of a member whether it is ready.
func setReady(b *testbed.Bed, name string, ready bool) {
	b.Helper()
	c, known := b.Members.Snapshot().Get(federation.ClusterName(name))
	require.True(b, known, name)
	c.Ready, c.Message = ready, ""
	if !ready {
		c.Message = "no answer in 3s"
	}
	b.Members.Put(c)
}

// leftBehind are the names of the records of what was left behind.
func leftBehind(b *testbed.Bed) []string {
	b.Helper()
	list, err := b.Client.Resource(configMaps.GroupVersionResource()).Namespace(b.System).
		List(context.Background(), metav1.ListOptions{LabelSelector: archive.Label})
	require.NoError(b, err)
	var names []string
	for _, o := range list.Items {
		names = append(names, o.GetName())
	}
	return names
}

// everywhereBlue is the spec of a ConfigMap for all members.
func everywhereBlue() fields {
	return fields{"template": fields{"data": fields{"color": "blue"}}, "placement": fields{"clusterSelector": fields{}}}
}

// TestAnOfflineClusterDoesNotBlockADeletionForEver, and its copy goes when it
// returns, also when the controller was started anew in between.
func TestAnOfflineClusterDoesNotBlockADeletionForEver(t *testing.T) {
	for name, between := range map[string]func(*testbed.Bed){
		"the same controller":         func(*testbed.Bed) {},
		"a restart before the return": func(b *testbed.Bed) { b.Stop(); b.Run() },
		"restart after the return": func(b *testbed.Bed) {
			b.Stop()
			setReady(b, "member2", true)
			b.Run()
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := servers.Shared(t, "host", "member1", "member2")
			b := testbed.New(t, all[0], all[1:], configMaps)
			b.Types.Loop.LetGoAfter = 200 * time.Millisecond
			b.Run()
			parent := b.Create(configMaps, "web", everywhereBlue()).GetUID()
			b.UntilReady(configMaps, "web")
			setReady(b, "member2", false)
			b.Delete(configMaps, "web")
			require.Nil(t, b.Copy(b.Servers[0], configMaps, "web"))
			require.NotNil(t, b.Copy(b.Servers[1], configMaps, "web"))
			require.Equal(t, []string{"left-behind-configmaps-" + string(parent)}, leftBehind(b))
			b.Until("event", func() bool {
				return slices.ContainsFunc(b.Events("web"), func(e string) bool {
					return strings.HasPrefix(e, "LeftBehind: it goes although cluster member2 could not be reached")
				})
			})
			between(b)
			setReady(b, "member2", true)
			b.Until("the copy goes", func() bool { return b.Copy(b.Servers[1], configMaps, "web") == nil })
			b.Until("nothing is kept", func() bool { return len(leftBehind(b)) == 0 })
		})
	}
}

// TestADeadServerDoesNotBlockADeletionForEver, although the registry takes it to
// be ready: nothing answers.
func TestADeadServerDoesNotBlockADeletionForEver(t *testing.T) {
	host := servers.Shared(t, "host")[0]
	members := servers.Fresh(t, "member1")
	b := testbed.New(t, host, members, configMaps)
	b.Types.Loop.LetGoAfter = 200 * time.Millisecond
	b.Run()
	b.Create(configMaps, "web", everywhereBlue())
	b.UntilReady(configMaps, "web")
	members[0].Kill()
	b.Delete(configMaps, "web")
	b.Stop()
	require.NoError(t, members[0].Restart(t.Context()))
	require.NotNil(t, b.Copy(members[0], configMaps, "web"))
	b.Run()
	b.Until("the copy goes", func() bool { return b.Copy(members[0], configMaps, "web") == nil })
	b.Until("nothing is kept", func() bool { return len(leftBehind(b)) == 0 })
}

// TestCopiesOfAnotherHostAreNotTouched: their parents were never ours, and what
// the record proves is the parent and not the name.
func TestCopiesOfAnotherHostAreNotTouched(t *testing.T) {
	all := servers.Shared(t, "host", "member1")
	b := testbed.New(t, all[0], all[1:], configMaps)
	b.Types.Loop.LetGoAfter = 200 * time.Millisecond
	b.Run()
	for _, name := range []string{"web", "shared"} {
		b.Create(configMaps, name, everywhereBlue())
		b.UntilReady(configMaps, name)
	}
	setReady(b, "member1", false)
	b.Delete(configMaps, "web")
	b.Delete(configMaps, "shared")
	foreign := `{"metadata":{"annotations":{"fedrail.io/origin":"11111111-2222-3333-4444-555555555555/0123456789abcdef"}}}`
	write(b, 0, configMaps, "shared", foreign)
	place(b, "theirs", fields{"kubefed.io/managed": "true"})
	write(b, 0, configMaps, "theirs", foreign)
	b.Stop()
	b.Run()
	setReady(b, "member1", true)
	b.Until("nothing is kept", func() bool { return len(leftBehind(b)) == 0 })
	require.Nil(t, b.Copy(b.Servers[0], configMaps, "web"))
	require.Equal(t, fields{"color": "blue"}, dataOf(b, 0, "shared"))
	require.Equal(t, fields{"color": "theirs"}, dataOf(b, 0, "theirs"))
}

// TestWhatIsDeselectedWhileAClusterIsOfflineGoesWhenItReturns also when the
// controller was started anew in between.
func TestWhatIsDeselectedWhileAClusterIsOfflineGoesWhenItReturns(t *testing.T) {
	for name, between := range map[string]func(*testbed.Bed){
		"the same controller":         func(*testbed.Bed) {},
		"a restart before the return": func(b *testbed.Bed) { b.Stop(); b.Run() },
	} {
		t.Run(name, func(t *testing.T) {
			all := servers.Shared(t, "host", "member1", "member2")
			b := testbed.New(t, all[0], all[1:], configMaps)
			b.Run()
			b.Create(configMaps, "web", everywhereBlue())
			b.UntilReady(configMaps, "web")
			setReady(b, "member2", false)
			b.Patch(configMaps, "web", `{"spec":{"placement":{"clusters":[{"name":"member1"}]}}}`)
			untilStates(b, configMaps, "web", []state{{name: "member1"}, {"member2", "WaitingForRemoval",
				"the cluster is not ready (no answer in 3s); it is brought up to date when it returns"}})
			between(b)
			setReady(b, "member2", true)
			untilStates(b, configMaps, "web", []state{{name: "member1"}})
			require.Nil(t, b.Copy(b.Servers[1], configMaps, "web"))
			require.NotNil(t, b.Copy(b.Servers[0], configMaps, "web"))
		})
	}
}
