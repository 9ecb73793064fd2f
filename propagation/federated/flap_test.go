package federated_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
)

// A member that comes and goes twenty times, while a hundred objects change, is
// no event of any object.
func TestAFlappingMemberIsNoEvent(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], testbed.ConfigMaps())
	b.Run()
	b.UntilReady(testbed.Namespaces(), b.Namespace)
	const flaps, each = 20, 5
	name := func(flap, i int) string { return fmt.Sprintf("c-%02d-%d", flap, i) }
	for flap := range flaps {
		for i := range each {
			b.Create(testbed.ConfigMaps(), name(flap, i), map[string]any{
				"template":  map[string]any{"data": map[string]any{"color": "blue"}},
				"placement": map[string]any{"clusterSelector": map[string]any{}},
			})
		}
	}
	for flap := range flaps {
		for i := range each {
			b.UntilReady(testbed.ConfigMaps(), name(flap, i))
		}
	}
	before := b.Quiet()
	member, _ := b.Members.Snapshot().Get(federation.ClusterName(all[2].Cluster()))
	for flap := range flaps {
		away := member
		away.Ready, away.Message = false, "no answer"
		b.Members.Put(away)
		for i := range each {
			b.Patch(testbed.ConfigMaps(), name(flap, i), `{"spec":{"template":{"data":{"color":"green"}}}}`)
		}
		b.Members.Put(member)
	}
	for flap := range flaps {
		for i := range each {
			b.UntilReady(testbed.ConfigMaps(), name(flap, i))
		}
	}
	events := func(r budget.Request) bool { return r.Resource == "events" }
	require.Empty(t, b.Quiet().Since(before).Only(events))
}
