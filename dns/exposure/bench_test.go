package exposure_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
)

// BenchmarkLook asks for one of a thousand Services that are followed in a member.
func BenchmarkLook(b *testing.B) {
	w := newWorld(b, servers.Shared(b, "member1")[0])
	for i := range 1000 {
		w.follow(w.service(fmt.Sprintf("web-%d", i)))
	}
	w.run()
	web := w.service("web-500")
	w.untilSeen(web, exposure.Exposure{})
	for b.Loop() {
		_, err := w.Look(cluster, web)
		require.NoError(b, err)
	}
}

// BenchmarkFollowAgain says of one of a thousand Services in twenty clusters what was
// said of it before, as each look at a record does.
func BenchmarkFollowAgain(b *testing.B) {
	w := newWorld(b, servers.Shared(b, "member1")[0])
	var all []federation.ClusterName
	for i := range 20 {
		all = append(all, federation.ClusterName(fmt.Sprintf("member%d", i)))
	}
	for i := range 1000 {
		s := w.service(fmt.Sprintf("web-%d", i))
		w.Follow(s.Name, exposure.Following{Subject: s, Clusters: all, Endpoints: true})
	}
	s := w.service("web-500")
	for b.Loop() {
		w.Follow(s.Name, exposure.Following{Subject: s, Clusters: all, Endpoints: true})
	}
}
