package exposure_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
)

// untilTold waits until it was told so often of a subject.
func (w *world) untilTold(s exposure.Subject, times int) {
	w.Helper()
	have := 0
	require.Eventually(w, func() bool {
		have = w.times(s)
		return have == times
	}, patience, tick, "told %d times, have %d", times, &have)
}

// pass waits until all was told that was to be told by now: what changes last is told
// last.
func (w *world) pass() {
	w.Helper()
	last := w.service("last")
	w.passes++
	n := w.times(last)
	w.balance("last", corev1.LoadBalancerIngress{IP: fmt.Sprintf("192.0.2.%d", w.passes)})
	w.untilTold(last, n+1)
	w.slice("last", "last", []string{"10.0.1.1", "10.0.1.2"}[:w.passes%2+1]...)
	w.untilTold(last, n+2)
}

// TestAChangeIsToldOnce, to whoever follows it, and what changes nothing is not told.
func TestAChangeIsToldOnce(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web, other := w.service("web"), w.service("other")
	for _, name := range []string{"web", "other", "last"} {
		w.serve(name, corev1.ServiceTypeLoadBalancer)
	}
	w.follow(web)
	w.Follow("also", exposure.Following{Subject: web, Clusters: []federation.ClusterName{cluster}})
	w.follow(w.service("last"))
	w.run()
	w.untilTold(web, 2) // that Services were listed, and EndpointSlices
	for _, step := range []struct {
		what string
		do   func()
		told int
	}{
		{"an address", func() { w.balance("web", corev1.LoadBalancerIngress{IP: "192.0.2.1"}) }, 1},
		{"the same twice", func() {
			w.balance("web", corev1.LoadBalancerIngress{IP: "192.0.2.1"}, corev1.LoadBalancerIngress{IP: "192.0.2.1"})
		}, 0},
		{"what is not told", func() { w.patch("web", `{"metadata":{"annotations":{"says":"nothing"}}}`) }, 0},
		{"what nobody follows", func() { w.balance("other", corev1.LoadBalancerIngress{IP: "192.0.2.9"}) }, 0},
		{"an endpoint", func() { w.slice("a", "web", "10.0.0.1") }, 1},
		{"the same one in another slice", func() { w.slice("b", "web", "10.0.0.1") }, 0},
		{"another in its place", func() { w.slice("b", "web", "10.0.0.2"); w.slice("a", "web") }, 2},
		{"one that nobody follows", func() { w.slice("c", "other", "10.0.0.3") }, 0},
		{"its end", func() { w.remove("web") }, 1},
	} {
		w.deaf()
		step.do()
		w.pass()
		require.Equal(t, step.told, w.times(web), step.what)
		require.Zero(t, w.times(other), step.what)
	}
}

// slice has a Service backed by addresses that are ready.
func (w *world) slice(name, service string, addresses ...string) {
	w.Helper()
	var all []discoveryv1.Endpoint
	for _, address := range addresses {
		all = append(all, pod(discoveryv1.EndpointConditions{}, address))
	}
	w.back(name, service, discoveryv1.AddressTypeIPv4, all...)
}

// TestEndpointsAreToldToWhoWantsToKnow, and to nobody else.
func TestEndpointsAreToldToWhoWantsToKnow(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := w.service("web")
	w.serve("web", corev1.ServiceTypeLoadBalancer)
	w.serve("last", corev1.ServiceTypeLoadBalancer)
	w.Follow("web", exposure.Following{Subject: web, Clusters: []federation.ClusterName{cluster}})
	w.follow(w.service("last"))
	w.run()
	w.untilTold(w.service("last"), 2)
	w.untilTold(web, 1)
	w.deaf()
	w.slice("a", "web", "10.0.0.1")
	w.pass()
	require.Zero(t, w.times(web))
	w.follow(web)
	w.untilSeen(web, ready(1))
	w.slice("a", "web")
	w.pass()
	require.Equal(t, 1, w.times(web))
}

// TestAllAreToldWhyAMemberCannotBeSeen, each time that it is for another reason, and
// when it can be.
func TestAllAreToldWhyAMemberCannotBeSeen(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	all := []exposure.Subject{w.service("web"), w.service("none"), {Kind: exposure.Ingress, Namespace: w.namespace, Name: "web"}}
	for _, s := range all {
		w.Follow(fmt.Sprint(s), exposure.Following{Subject: s, Clusters: []federation.ClusterName{cluster}})
	}
	untilAllTold := func(why string) {
		t.Helper()
		for _, s := range all {
			w.until(fmt.Sprintf("told of %v: %s", s, why), func() bool {
				_, err := w.Look(cluster, s)
				return w.times(s) > 0 && says(err, why)
			})
		}
		w.deaf()
	}
	user, config := w.stranger()
	w.err = errors.New("its Secret is missing")
	w.run()
	untilAllTold("connect to cluster member1: its Secret is missing")
	w.lose("nowhere")
	untilAllTold("connection refused")
	w.use("stranger", config)
	untilAllTold("the credentials for cluster member1 may not list and watch")
	w.grant(user, "services", "ingresses")
	untilAllTold("")
	w.Remove(cluster)
	untilAllTold("cluster member1 is none whose")
}

// says says whether an error says something; nothing is that there is none.
func says(err error, what string) bool {
	if err == nil || what == "" {
		return err == nil && what == ""
	}
	return strings.Contains(err.Error(), what)
}
