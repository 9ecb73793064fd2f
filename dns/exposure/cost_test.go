package exposure_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/budget"
)

// untilOpen waits until that is watched, and so often.
func (w *world) untilOpen(want map[string]int) {
	w.Helper()
	var have map[string]int
	require.Eventually(w, func() bool {
		have = w.streams.paths()
		return maps.Equal(want, have)
	}, patience, tick, "open: want %v, have %v", want, &have)
}

// TestOneWatchOfEachKindIsEnoughForAll, and none for nobody.
func TestOneWatchOfEachKindIsEnoughForAll(t *testing.T) {
	const services, slices, ingresses = "/api/v1/services", "/apis/discovery.k8s.io/v1/endpointslices", "/apis/networking.k8s.io/v1/ingresses"
	w := newWorld(t, servers.Shared(t, "member1")[0])
	both := []federation.ClusterName{cluster, "member2"}
	w.Put(federation.Cluster{Name: "member2", Ready: true})
	w.run()
	follow := func(key string) {
		w.Follow(key, exposure.Following{Subject: w.service(key), Clusters: both, Endpoints: true})
	}
	for i := range 100 {
		follow(fmt.Sprint("web-", i))
	}
	w.serveAt("web-99", "192.0.2.1")
	w.untilSeen(w.service("web-99"), at("192.0.2.1"))
	w.untilOpen(map[string]int{services: 2, slices: 2})
	follow("web-1")
	follow("another")
	w.Release("nobody")
	w.requireSeen(w.service("another"), exposure.Exposure{})
	want := budget.Requests{}
	for _, name := range both {
		want[budget.Request{Cluster: string(name), Verb: "watch", Resource: "services"}] = 1
		want[budget.Request{Cluster: string(name), Verb: "watch", Group: "discovery.k8s.io", Resource: "endpointslices"}] = 1
	}
	require.Equal(t, want, w.counter.Requests())

	w.Follow("entry", exposure.Following{Subject: exposure.Subject{Kind: exposure.Ingress, Namespace: w.namespace, Name: "entry"}, Clusters: both[:1]})
	w.untilOpen(map[string]int{services: 2, slices: 2, ingresses: 1})
	for i := range 100 {
		w.Release(fmt.Sprint("web-", i))
	}
	w.Follow("another", exposure.Following{Subject: w.service("another"), Clusters: both[1:]})
	w.untilOpen(map[string]int{services: 1, ingresses: 1})
	w.Release("another")
	w.Release("entry")
	w.untilOpen(map[string]int{})
	require.Len(t, w.counter.Requests(), 5, "%s", w.counter.Requests())
	w.until("forgotten", func() bool {
		_, err := w.Look(cluster, w.service("web-1"))
		return err != nil && err.Error() == fmt.Sprintf("Service %s/web-1 of cluster member1 is not followed", w.namespace)
	})
}
