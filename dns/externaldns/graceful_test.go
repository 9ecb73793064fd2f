package externaldns_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/dns/externaldns"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	"github.com/fedrail/fedrail/federation/federationtest"
)

func TestADrainThatConcernsNoRecordDoesNotWait(t *testing.T) {
	w := federate(t, 3, services)
	c := w.publish()
	members := c.Graceful(w.Members)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	drained := func(set federation.ClusterSet) bool {
		m, _ := set.Get("member3")
		return len(m.Taints) == 1 && m.Taints[0].Effect == corev1.TaintEffectNoExecute
	}
	w.set("member3", func(c *federation.Cluster) {
		c.Taints = []corev1.Taint{{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoExecute, TimeAdded: &metav1.Time{Time: time.Now()}}}
	})
	late := time.AfterFunc(30*time.Second, stop)
	defer late.Stop()
	for set := range members.Watch(ctx) {
		if drained(set) {
			break
		}
	}
	require.NoError(t, ctx.Err(), "it is seen soon after the start")
	require.True(t, drained(members.Snapshot()))

	w.set("member3", func(c *federation.Cluster) { c.Taints, c.Leaving = nil, federation.LeavingDelete })
	m, _ := members.Snapshot().Get("member3")
	require.Equal(t, federation.LeavingDelete, m.Leaving)
}

// drain has a member be drained from now on.
func (w *world) drain(name string) {
	w.Helper()
	w.set(name, func(c *federation.Cluster) {
		c.Taints = []corev1.Taint{{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoExecute, TimeAdded: &metav1.Time{Time: time.Now()}}}
	})
}

func TestADrainDoesNotWaitForARecordThatSendsNobodyThere(t *testing.T) {
	w := federate(t, 3, services)
	w.serve("web")
	w.name("web", nil)
	w.gracefully()
	w.expose(0, "web", "192.0.2.1")
	w.Until("seen", func() bool {
		s, _ := w.status(v1alpha1.ServiceDNSRecords(), "web")
		return states(s)["member1"] == "Serving" && states(s)["member3"] == "NoAddress"
	})
	w.drain("member3")
	w.Until("copy gone", func() bool { return w.Copy(w.Servers[2], services, "web") == nil })
}

func TestADrainWaitsAsLongAsClientsRememberARecordThatIsGone(t *testing.T) {
	w := federate(t, 3, services)
	w.DNS.PublishTime = time.Second
	w.serve("web")
	w.name("web", fields{"recordTTL": int64(4)})
	w.gracefully()
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	require.NoError(t, w.records(v1alpha1.ServiceDNSRecords()).Delete(context.Background(), "web", metav1.DeleteOptions{}))
	w.Until("gone", func() bool { return w.endpoint("service-web") == nil })
	gone := time.Now()
	w.drain("member3")
	w.Until("copy gone", func() bool { return w.Copy(w.Servers[2], services, "web") == nil })
	require.Greater(t, time.Since(gone), 4*time.Second)
}

func TestADrainGoesOnToWaitAfterARestart(t *testing.T) {
	w := federate(t, 3, services)
	w.DNS.PublishTime = time.Second
	w.serve("web")
	w.name("web", fields{"recordTTL": int64(4)})
	w.gracefully()
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	w.drain("member3")
	w.untilPublished("service-web", w.withoutThird())
	w.Until("told", func() bool {
		s, _ := w.status(v1alpha1.ServiceDNSRecords(), "web")
		return states(s)["member3"] == "Draining"
	})
	w.halt()
	w.Stop()
	objects := &mute{path: "/federatedservices"} // so that no record is looked at for a while
	objects.on.Store(true)
	w.Meddle = objects.wrap
	w.gracefully()
	w.During(7 * time.Second)
	require.NotNil(t, w.Copy(w.Servers[2], services, "web"))
	objects.on.Store(false)
	w.Until("copy gone", func() bool { return w.Copy(w.Servers[2], services, "web") == nil })
}

func TestGracefulIsARegistry(t *testing.T) {
	federationtest.TestRegistry(t, func(t *testing.T) federationtest.Fixture {
		inner := federation.Unknown()
		put := func(c federation.Cluster) { c.Ready = true; inner.Put(c) }
		return federationtest.Fixture{
			Registry: unstarted(t).Graceful(inner),
			Open:     inner.Complete,
			Put:      func(name federation.ClusterName) { put(federation.Cluster{Name: name}) },
			Remove:   inner.Remove,
			Relabel:  func(name federation.ClusterName, set labels.Set) { put(federation.Cluster{Name: name, Labels: set}) },
			Taint: func(name federation.ClusterName, taints ...corev1.Taint) {
				put(federation.Cluster{Name: name, Taints: taints})
			},
		}
	})
}

// unstarted is a Controller that does not run.
func unstarted(t *testing.T) *externaldns.Controller {
	config := &rest.Config{Host: "https://127.0.0.1:1"}
	o := externaldns.Options{Registry: federation.NewMembers(), Exposures: nothing{}}
	var err error
	o.Client, err = dynamic.NewForConfig(config)
	require.NoError(t, err)
	o.Writer, err = metadata.NewForConfig(config)
	require.NoError(t, err)
	c, err := externaldns.New(o)
	require.NoError(t, err)
	return c
}

// nothing is exposed.
type nothing struct{ externaldns.Exposures }
