package federated_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
)

// placeSpace says where the bed's namespace goes.
func placeSpace(b *testbed.Bed, clusters string) {
	b.Helper()
	b.Patch(testbed.Namespaces(), b.Namespace, `{"spec":{"placement":{"clusterSelector":null,"clusters":[`+clusters+`]}}}`)
}

// TestContentsFollowTheirNamespace out of a cluster and into it again, and are
// nowhere when they are placed where it is not.
func TestContentsFollowTheirNamespace(t *testing.T) {
	all := servers.Fresh(t, "host", "member1", "member2")
	controlplanetest.Controllers(t, all[2], "namespace-controller")
	b := testbed.New(t, all[0], all[1:], configMaps)
	b.Run()
	for i := range 5 {
		declare(b, configMaps, fmt.Sprintf("web-%d", i), fields{"data": fields{"color": "blue"}})
	}
	b.Create(configMaps, "second", fields{"template": fields{"data": fields{"color": "red"}}, "placement": placedIn("member2")})
	b.UntilReady(configMaps, "web-4")
	b.UntilReady(configMaps, "second")

	placeSpace(b, `{"name":"member1"}`)
	b.Until("the namespace is gone", func() bool { return spaceIn(b, 1) == nil })
	for i := range 5 {
		untilStates(b, configMaps, fmt.Sprintf("web-%d", i), []state{{name: "member1"}})
	}
	b.Until("it is nowhere, and says why", func() bool {
		ready := testbed.ReadyCondition(b.Status(configMaps, "second"))
		return ready.Reason == "NoClusterSelected" && len(b.Status(configMaps, "second").Clusters) == 0
	})
	for _, name := range []string{"web-0", "second"} {
		for _, e := range b.Events(name) {
			require.NotContains(t, e, "WaitingForNamespace", "what is to go does not wait for where it was")
		}
	}

	placeSpace(b, `{"name":"member1"},{"name":"member2"}`)
	for i := range 5 {
		untilStates(b, configMaps, fmt.Sprintf("web-%d", i), []state{{name: "member1"}, {name: "member2"}})
		untilHeld(b, configMaps, fmt.Sprintf("web-%d", i), "member1", "member2")
	}
	untilHeld(b, configMaps, "second", "member2")
}
