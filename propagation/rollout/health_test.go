package rollout_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/propagation/rollout"
	"github.com/fedrail/fedrail/status"
)

func TestWhatIsFit(t *testing.T) {
	for name, c := range map[string]struct {
		vitals status.Vitals
		lacks  string
	}{
		"nobody judges":       {vitals: status.Vitals{Generation: 2}},
		"it works":            {vitals: status.Vitals{Health: status.Healthy}},
		"it is not to work":   {vitals: status.Vitals{Health: status.Suspended, Message: "paused"}},
		"it is on its way":    {status.Vitals{Health: status.Progressing, Message: "1 of 3 replicas are available"}, "1 of 3 replicas are available"},
		"it does not work":    {status.Vitals{Health: status.Degraded}, "it is degraded"},
		"it cannot be told":   {status.Vitals{Health: status.Unknown}, "it is unknown"},
		"it is being deleted": {status.Vitals{Health: status.Terminating}, "it is terminating"},
	} {
		t.Run(name, func(t *testing.T) {
			fit, lacks := rollout.Fit(c.vitals)
			require.Equal(t, c.lacks, lacks)
			require.Equal(t, c.lacks == "", fit)
		})
	}
}
