package exposure_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
)

// TestNothingIsLeftRunning, not even when a member hangs.
func TestNothingIsLeftRunning(t *testing.T) {
	w := newWorld(t, servers.Fresh(t, "member1")[0])
	before := []goleak.Option{goleak.IgnoreCurrent(),
		// Connections are client-go's, which shares them between all clients and
		// closes them when nobody has used them for a while.
		goleak.IgnoreAnyFunction("golang.org/x/net/http2.(*ClientConn).readLoop"),
		goleak.IgnoreAnyFunction("net/http.(*http2ClientConn).readLoop"),
		goleak.IgnoreAnyFunction("net/http.(*Transport).dialConn"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).addTLS.func2"),
	}
	web, entry := w.service("web"), exposure.Subject{Kind: exposure.Ingress, Namespace: w.namespace, Name: "entry"}
	w.follow(web)
	w.follow(entry)
	stop := w.run()
	w.untilSeen(web, exposure.Exposure{})
	w.untilSeen(entry, exposure.Exposure{})
	w.lose("nowhere")
	w.use("again", w.server.Config())
	w.untilOpen(map[string]int{"/api/v1/services": 1, "/apis/discovery.k8s.io/v1/endpointslices": 1, "/apis/networking.k8s.io/v1/ingresses": 1})
	stop()
	goleak.VerifyNone(t, before...)
	_, err := w.Look(cluster, web)
	require.Error(t, err)

	w.anew(exposure.Options{})
	w.follow(web)
	stop = w.run()
	w.untilSeen(web, exposure.Exposure{})
	require.NoError(t, w.server.Pause())
	began := time.Now()
	stop()
	require.Less(t, time.Since(began), 5*time.Second)
	goleak.VerifyNone(t, before...)
	require.NoError(t, w.server.Continue())
}

// TestManyMayCallAtOnce, and whoever is told may call, too.
func TestManyMayCallAtOnce(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	w.then = func(s exposure.Subject) {
		_, _ = w.Look(cluster, s) // whatever it is
		w.Follow("told of "+s.Name, exposure.Following{Subject: s, Clusters: []federation.ClusterName{cluster, "member2"}})
	}
	w.Put(federation.Cluster{Name: "member2", Ready: true})
	w.serve("web-0", corev1.ServiceTypeLoadBalancer)
	w.run()
	var calling sync.WaitGroup
	for i := range 8 {
		calling.Go(func() {
			for j := range 50 {
				s := w.service(fmt.Sprint("web-", j%5))
				w.Follow(fmt.Sprint(i), exposure.Following{Subject: s, Clusters: []federation.ClusterName{cluster}, Endpoints: j%2 == 0})
				_, _ = w.Look(cluster, s) // whatever it is
				if j%10 == i {
					w.Release(fmt.Sprint(i))
				}
			}
		})
	}
	calling.Go(func() {
		for i := range 10 {
			w.use(fmt.Sprint("connection ", i), w.server.Config())
			w.balance("web-0", corev1.LoadBalancerIngress{IP: fmt.Sprintf("192.0.2.%d", i+1)})
		}
	})
	calling.Wait()
	w.follow(w.service("web-0"))
	w.untilSeen(w.service("web-0"), at("192.0.2.10"))
}
