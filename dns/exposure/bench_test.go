package exposure_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
)

// twenty are as many members, which are all the same server.
func (w *world) twenty() []federation.ClusterName {
	var all []federation.ClusterName
	for i := range 20 {
		all = append(all, federation.ClusterName(fmt.Sprintf("member%d", i)))
		w.Put(federation.Cluster{Name: all[i], Ready: true})
	}
	return all
}

// followThousand has so many Services followed in clusters.
func (w *world) followThousand(in []federation.ClusterName) []exposure.Subject {
	all := make([]exposure.Subject, 1000)
	for i := range all {
		all[i] = w.service(fmt.Sprintf("web-%d", i))
		w.Follow(all[i].Name, exposure.Following{Subject: all[i], Clusters: in, Endpoints: true})
	}
	return all
}

// BenchmarkLook asks for one of a thousand Services that are followed in twenty
// members.
func BenchmarkLook(b *testing.B) {
	w := newWorld(b, servers.Shared(b, "member1")[0])
	web := w.followThousand(w.twenty())[500]
	w.run()
	w.untilSeen(web, exposure.Exposure{})
	for b.Loop() {
		_, err := w.Look(cluster, web)
		require.NoError(b, err)
	}
}

// BenchmarkFollowAgain says of one of a thousand Services in twenty members what was
// said of it before, as each look at a record does.
func BenchmarkFollowAgain(b *testing.B) {
	w := newWorld(b, servers.Shared(b, "member1")[0])
	all := w.twenty()
	web := w.followThousand(all)[500]
	for b.Loop() {
		w.Follow(web.Name, exposure.Following{Subject: web, Clusters: all, Endpoints: true})
	}
}

// BenchmarkFollowThousand begins to follow a thousand Services in twenty members
// that are watched already, and ends it.
func BenchmarkFollowThousand(b *testing.B) {
	w := newWorld(b, servers.Shared(b, "member1")[0])
	all := w.twenty()
	w.Follow("first", exposure.Following{Subject: w.service("first"), Clusters: all, Endpoints: true})
	w.run()
	w.untilSeen(w.service("first"), exposure.Exposure{})
	for b.Loop() {
		for _, s := range w.followThousand(all) {
			w.Release(s.Name)
		}
	}
}

// BenchmarkChange is a Service that changes in twenty members at once, until that is
// told of all. A thousand are followed there.
func BenchmarkChange(b *testing.B) {
	w := newWorld(b, servers.Shared(b, "member1")[0])
	w.serve("web-500", corev1.ServiceTypeLoadBalancer)
	all := w.twenty()
	web := w.followThousand(all)[500]
	w.run()
	w.until("told of what was listed", func() bool { return w.times(web) == 2*len(all) })
	told := w.times(web)
	for i := 0; b.Loop(); i++ {
		w.balance(web.Name, corev1.LoadBalancerIngress{IP: fmt.Sprintf("192.0.2.%d", i%250+1)})
		told += len(all)
		w.until("told", func() bool { return w.times(web) == told })
	}
}

// BenchmarkFollowOneMore begins to follow one more beside a thousand Services in
// twenty members, and ends it.
func BenchmarkFollowOneMore(b *testing.B) {
	w := newWorld(b, servers.Shared(b, "member1")[0])
	all := w.twenty()
	web := w.followThousand(all)[500]
	w.run()
	w.untilSeen(web, exposure.Exposure{})
	more := exposure.Following{Subject: w.service("another"), Clusters: all, Endpoints: true}
	for b.Loop() {
		w.Follow("another", more)
		w.Release("another")
	}
}
