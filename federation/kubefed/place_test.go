package kubefed_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
)

func TestWhereTheSpecSaysAMemberIsWins(t *testing.T) {
	h := newHost(t)
	member := servers.Shared(t, "m1")[0]
	node(t, member, "n1", map[string]string{corev1.LabelTopologyRegion: "eu", corev1.LabelTopologyZone: "eu-1"})
	h.join(member, nil)
	registry, _ := h.start(h.options())
	seen := h.member(registry, "m1", func(c federation.Cluster) bool { return c.Ready })
	require.Equal(t, "eu", seen.Region)

	spec := h.get("m1").Spec
	spec.Region, spec.Zones = "north", []string{"north-a", "north-b"}
	h.put("m1", spec, nil)
	said := h.member(registry, "m1", func(c federation.Cluster) bool { return c.Region == "north" })
	require.Equal(t, []string{"north-a", "north-b"}, said.Zones)
	eventually(t, func() bool { return h.status("m1").Region == "north" && len(h.status("m1").Zones) == 2 }, "the status says so, too")
}
