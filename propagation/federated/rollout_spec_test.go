package federated_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/testbed"
)

// What cannot be understood changes nothing, and says which field is wrong and
// how to mend it.
func TestARolloutThatCannotBeRead(t *testing.T) {
	all := servers.Shared(t, "host", "member1")
	b := testbed.New(t, all[0], all[1:], configMaps)
	b.Run()
	declare(b, configMaps, "web", fields{"data": fields{"color": "blue"}})
	b.UntilReady(configMaps, "web")
	for name, c := range map[string]struct{ change, message string }{
		"an annotation that is no rollout": {
			`{"metadata":{"annotations":{"fedrail.io/rollout":"- 1"}}}`,
			`metadata.annotations[fedrail.io/rollout]: want YAML or JSON such as {"maxConcurrent": 1}: `,
		},
		"a field that there is not": {
			`{"metadata":{"annotations":{"fedrail.io/rollout":"maxUnavailable: 1"}}}`,
			`unknown field "maxUnavailable"`,
		},
		"none at a time": {
			`{"metadata":{"annotations":{"fedrail.io/rollout":"maxConcurrent: 0"}}}`,
			`metadata.annotations[fedrail.io/rollout]: maxConcurrent: want a number from 1, not 0; to change nothing set paused`,
		},
		"two rollouts": {
			`{"metadata":{"annotations":{"fedrail.io/rollout":"maxConcurrent: 1"}},"spec":{"rollout":{}}}`,
			`metadata.annotations[fedrail.io/rollout]: spec.rollout is set too; remove one of them`,
		},
		"a group of nobody": {
			`{"spec":{"rollout":{"order":[{}]}}}`,
			`spec.rollout: order[0]: want clusters or clusterSelector, and not both`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			b.Patch(configMaps, "web", c.change)
			b.Until(name, func() bool {
				ready := testbed.ReadyCondition(b.Status(configMaps, "web"))
				return ready.Reason == "ComputePlacementFailed"
			})
			require.Contains(t, testbed.ReadyCondition(b.Status(configMaps, "web")).Message, c.message)
			b.Patch(configMaps, "web", `{"metadata":{"annotations":{"fedrail.io/rollout":null}},"spec":{"rollout":null,"template":{"data":{"color":"blue"}}}}`)
			b.UntilReady(configMaps, "web")
			require.Equal(t, "blue", field(b, 0, "web", "color"))
		})
	}
}
