package exposure_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
)

// ready is a Service that so many endpoints of are ready.
func ready(n int) exposure.Exposure {
	return exposure.Exposure{Found: true, LoadBalancer: true, ReadyEndpoints: n}
}

func TestEndpointsCountThatAreReady(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := w.service("web")
	w.serve("web", corev1.ServiceTypeLoadBalancer)
	w.follow(web)
	w.run()
	yes, no := true, false
	v4, v6 := discoveryv1.AddressTypeIPv4, discoveryv1.AddressTypeIPv6
	type conditions = discoveryv1.EndpointConditions
	type endpoints = []discoveryv1.Endpoint
	for _, step := range []struct {
		what, slice string
		of          discoveryv1.AddressType
		has         endpoints
		want        int
	}{
		{"nobody says that it is not ready", "a", v4, endpoints{pod(conditions{}, "10.0.0.1")}, 1},
		{"one that is not", "a", v4, endpoints{pod(conditions{Ready: &no}, "10.0.0.1")}, 0},
		{"one that is", "a", v4, endpoints{pod(conditions{Ready: &yes}, "10.0.0.1"), pod(conditions{Ready: &no}, "10.0.0.2")}, 1},
		{"the same one in a second slice", "b", v4, endpoints{pod(conditions{Ready: &yes}, "10.0.0.1")}, 1},
		{"its other address", "c", v6, endpoints{pod(conditions{Ready: &yes}, "fd00::1")}, 2},
		{"one that goes", "c", v6, endpoints{pod(conditions{Ready: &yes, Terminating: &yes}, "fd00::1")}, 1},
		{"one that stays", "c", v6, endpoints{pod(conditions{Ready: &yes, Terminating: &no}, "fd00::1")}, 2},
		{"the first slice is empty", "a", v4, nil, 2},
		{"so is the second", "b", v4, nil, 1},
	} {
		t.Log(step.what)
		w.back(step.slice, "web", step.of, step.has...)
		w.untilSeen(web, ready(step.want))
	}
	require.NoError(t, w.client.DiscoveryV1().EndpointSlices(w.namespace).Delete(t.Context(), "c", metav1.DeleteOptions{}))
	w.untilSeen(web, ready(0))
}

// TestASliceCountsForTheServiceItNames, which may become another.
func TestASliceCountsForTheServiceItNames(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web, other := w.service("web"), w.service("other")
	w.serve("web", corev1.ServiceTypeLoadBalancer)
	w.serve("other", corev1.ServiceTypeLoadBalancer)
	w.follow(web)
	w.follow(other)
	w.run()
	w.back("a", "web", discoveryv1.AddressTypeIPv4, pod(discoveryv1.EndpointConditions{}, "10.0.0.1"))
	w.untilSeen(web, ready(1))
	w.untilSeen(other, ready(0))
	w.back("a", "other", discoveryv1.AddressTypeIPv4, pod(discoveryv1.EndpointConditions{}, "10.0.0.1"))
	w.untilSeen(web, ready(0))
	w.untilSeen(other, ready(1))
	w.back("a", "", discoveryv1.AddressTypeIPv4, pod(discoveryv1.EndpointConditions{}, "10.0.0.1"))
	w.untilSeen(other, ready(0))
}

// TestEndpointsAreCountedForWhoWantsToKnow, and nobody waits for what somebody else
// wants to know of the same Service in another cluster.
func TestEndpointsAreCountedForWhoWantsToKnow(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := w.service("web")
	w.Put(federation.Cluster{Name: "member2", Ready: true})
	w.serve("web", corev1.ServiceTypeLoadBalancer)
	w.back("a", "web", discoveryv1.AddressTypeIPv4, pod(discoveryv1.EndpointConditions{}, "10.0.0.1"))
	w.follow(web)
	w.Follow("balancer", exposure.Following{Subject: web, Clusters: []federation.ClusterName{"member2"}})
	w.run()
	w.untilSeen(web, ready(1))
	w.until("known without", func() bool {
		seen, err := w.Look("member2", web)
		return err == nil && seen.Found && seen.ReadyEndpoints == 0
	})
	_, err := w.Look("member3", web)
	require.EqualError(t, err, "cluster member3 is none whose services can be watched from here")
	w.Put(federation.Cluster{Name: "member3", Ready: true})
	_, err = w.Look("member3", web)
	require.EqualError(t, err, fmt.Sprintf("Service %s/web of cluster member3 is not followed", w.namespace))
	w.Follow("balancer", exposure.Following{Subject: web, Clusters: []federation.ClusterName{"member2"}, Endpoints: true})
	w.until("known with", func() bool {
		seen, err := w.Look("member2", web)
		return err == nil && seen.ReadyEndpoints == 1
	})
}

// TestKubernetesLabelsTheSlicesOfAManagedService, so that pods behind it are seen
// that are ready.
func TestKubernetesLabelsTheSlicesOfAManagedService(t *testing.T) {
	w := newWorld(t, servers.Clusters(t, controlplane.NodeOptions{Count: 1}, "member1")[0].Server)
	web := w.service("web")
	w.follow(web)
	w.run()
	w.serve("web", corev1.ServiceTypeLoadBalancer)
	w.patch("web", `{"spec":{"selector":{"app":"web"}}}`)
	app, two := map[string]string{"app": "web"}, int32(2)
	_, err := w.client.AppsV1().Deployments(w.namespace).Create(t.Context(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: appsv1.DeploymentSpec{Replicas: &two, Selector: &metav1.LabelSelector{MatchLabels: app}, Template: corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: app},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "example.com/app:1"}}},
		}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	w.untilSeen(web, ready(2))
	all, err := w.client.DiscoveryV1().EndpointSlices(w.namespace).List(t.Context(), metav1.ListOptions{LabelSelector: discoveryv1.LabelServiceName + "=web"})
	require.NoError(t, err)
	require.NotEmpty(t, all.Items)
	for _, slice := range all.Items {
		require.Equal(t, "true", slice.Labels["kubefed.io/managed"], slice.Name)
	}
	_, err = w.client.AppsV1().Deployments(w.namespace).Patch(t.Context(), "web", types.MergePatchType, []byte(`{"spec":{"replicas":0}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	w.untilSeen(web, ready(0))
}
