package kubefed_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation/kubefed"
)

func TestEachProbeIsTold(t *testing.T) {
	h := newHost(t)
	h.secret("token", map[string]string{"token": "any"})
	h.put("well", newFake(t, "ok").spec("token"), nil)
	h.put("ill", newFake(t, "down").spec("token"), nil)
	gone := newFake(t, "ok")
	h.put("gone", gone.spec("token"), nil)
	gone.Close()

	told := make(chan kubefed.Probe)
	done := make(chan struct{})
	options := h.options()
	options.OnProbe = func(p kubefed.Probe) {
		select {
		case told <- p:
		case <-done:
		}
	}
	_, stop := h.start(options)
	seen := map[string]kubefed.Probe{}
	for range 20 {
		p := <-told
		require.Positive(t, p.Took)
		p.Took = 0
		seen[string(p.Cluster)] = p
	}
	close(done)
	stop()
	require.Equal(t, map[string]kubefed.Probe{
		"well": {Cluster: "well", OK: true, Reachable: true},
		"ill":  {Cluster: "ill", Reachable: true},
		"gone": {Cluster: "gone"},
	}, seen)
}
