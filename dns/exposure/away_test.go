package exposure_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
)

// at is a Service with an address, and nothing behind it.
func at(address string) exposure.Exposure {
	return exposure.Exposure{Found: true, LoadBalancer: true, Addresses: []string{address}}
}

// serveAt has a Service at an address.
func (w *world) serveAt(name, address string) {
	w.Helper()
	w.serve(name, corev1.ServiceTypeLoadBalancer)
	w.balance(name, corev1.LoadBalancerIngress{IP: address})
}

// TestAMemberThatDiesIsKnownAsItWas, and as it is when it is back.
func TestAMemberThatDiesIsKnownAsItWas(t *testing.T) {
	w := newWorld(t, servers.Fresh(t, "member1")[0])
	web, gone := w.service("web"), w.service("gone")
	w.serveAt("web", "192.0.2.1")
	w.serveAt("gone", "192.0.2.2")
	w.follow(web)
	w.follow(gone)
	w.run()
	w.untilSeen(web, at("192.0.2.1"))
	w.until("watched", func() bool { return len(w.streams.paths()) == 2 })
	w.server.Kill()
	w.until("its watches are gone", func() bool { return len(w.streams.paths()) == 0 })
	sent := w.counter.Requests().Total()
	w.until("tried again", func() bool { return w.counter.Requests().Total() > sent+2 })
	w.requireSeen(web, at("192.0.2.1"))
	w.requireSeen(gone, at("192.0.2.2"))

	require.NoError(t, w.server.Restart(t.Context()))
	w.remove("gone")
	w.balance("web", corev1.LoadBalancerIngress{IP: "192.0.2.3"})
	w.untilSeen(web, at("192.0.2.3"))
	w.untilSeen(gone, exposure.Exposure{})
	w.until("watched", func() bool { return len(w.streams.paths()) == 2 })
}

// TestAMemberThatBecomesReadyIsTriedAtOnce, however long it was to be left alone.
func TestAMemberThatBecomesReadyIsTriedAtOnce(t *testing.T) {
	w := newWorldWith(t, servers.Fresh(t, "member1")[0], exposure.Options{Backoff: time.Hour, MaxBackoff: time.Hour})
	web := w.service("web")
	w.serveAt("web", "192.0.2.1")
	w.Put(federation.Cluster{Name: cluster})
	w.server.Kill()
	w.follow(web)
	w.run()
	w.until("it is said why", func() bool {
		_, err := w.Look(cluster, web)
		return err != nil && says(err, "connection refused")
	})
	require.NoError(t, w.server.Restart(t.Context()))
	w.Put(federation.Cluster{Name: cluster, Ready: true})
	w.untilSeen(web, at("192.0.2.1"))
}

// TestWhatWasSeenLastIsToldUntilAnotherConnectionKnowsMore, however often that
// changes.
func TestWhatWasSeenLastIsToldUntilAnotherConnectionKnowsMore(t *testing.T) {
	all := servers.Shared(t, "member1", "member2")
	w := newWorld(t, all[0])
	web := w.service("web")
	w.serveAt("web", "192.0.2.1")
	w.follow(web)
	w.run()
	w.untilSeen(web, at("192.0.2.1"))
	for i := range 20 {
		w.lose(fmt.Sprint("nowhere ", i))
		w.requireSeen(web, at("192.0.2.1"))
	}
	w.use("another server", all[1].Config())
	w.untilSeen(web, exposure.Exposure{})
	w.until("only there", func() bool { return len(w.streams.paths()) == 2 })
}

// TestWhatIsNotKnownOfOneKindDoesNotBringBackWhatWasOfAnother: each is told as it was
// seen last.
func TestWhatIsNotKnownOfOneKindDoesNotBringBackWhatWasOfAnother(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web, missing := w.service("web"), exposure.Subject{Kind: exposure.Gateway, Namespace: w.namespace, Name: "missing"}
	w.serveAt("web", "192.0.2.1")
	w.follow(web)
	w.follow(missing)
	w.run()
	w.untilSeen(web, at("192.0.2.1"))
	for i := range 3 {
		w.use(fmt.Sprint("real ", i), w.server.Config())
		address := fmt.Sprintf("192.0.2.%d", i+10)
		w.balance("web", corev1.LoadBalancerIngress{IP: address})
		w.untilSeen(web, at(address))
		w.lose(fmt.Sprint("nowhere ", i))
		w.requireSeen(web, at(address))
	}
}

// TestAClusterIsWatchedWhileItIsAMember, and nothing is known of it afterwards.
func TestAClusterIsWatchedWhileItIsAMember(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := w.service("web")
	w.serveAt("web", "192.0.2.1")
	w.Remove(cluster)
	w.follow(web)
	w.run()
	for i := range 2 {
		w.untilUnknown(web, "cluster member1 is none whose services can be watched from here")
		w.until("nothing is watched", func() bool { return len(w.streams.paths()) == 0 })
		w.Put(federation.Cluster{Name: cluster, Ready: true, Connection: fmt.Sprint(i)})
		w.untilSeen(web, at("192.0.2.1"))
		w.Remove(cluster)
	}
}
