package kubefed_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/fedrail/fedrail/federation"
)

func TestNothingIsLeftBehind(t *testing.T) {
	h := newHost(t)
	member := servers.Shared(t, "m1")[0]
	h.join(member, nil)
	h.put("broken", newFake(t, "ok").spec("missing"), nil)
	before := goleak.IgnoreCurrent() // with the open connection to the host, which all clients of it share
	registry, stop := h.start(h.options())
	await(t, registry, ready("m1"))
	stop()
	goleak.VerifyNone(t, before)

	require.Equal(t, []federation.ClusterName{"broken", "m1"}, registry.Snapshot().Names(), "the last snapshot stays")
}
