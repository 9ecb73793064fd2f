package exposure

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// read is what there is to know of a Service, an Ingress or a Gateway.
func read(obj metav1.Object) (Kind, Exposure) {
	e := Exposure{Found: true, LoadBalancer: true, Deleting: obj.GetDeletionTimestamp() != nil}
	switch o := obj.(type) {
	case *corev1.Service:
		e.LoadBalancer = o.Spec.Type == corev1.ServiceTypeLoadBalancer
		for _, in := range o.Status.LoadBalancer.Ingress {
			e.add(in.IP, in.Hostname)
		}
		return Service, e.inOrder()
	case *networkingv1.Ingress:
		for _, in := range o.Status.LoadBalancer.Ingress {
			e.add(in.IP, in.Hostname)
		}
		return Ingress, e.inOrder()
	case *unstructured.Unstructured:
		addresses, _, _ := unstructured.NestedSlice(o.Object, "status", "addresses")
		for _, one := range addresses {
			e.addGateway(one)
		}
		return Gateway, e.inOrder()
	}
	return "", Exposure{}
}

func (e *Exposure) add(address, hostname string) {
	if address != "" {
		e.Addresses = append(e.Addresses, address)
	}
	if hostname != "" {
		e.Hostnames = append(e.Hostnames, hostname)
	}
}

// addGateway adds an address of a Gateway. Those of a type of its own are nothing
// that clients can be sent to.
func (e *Exposure) addGateway(one any) {
	fields, _ := one.(map[string]any)
	kind, _ := fields["type"].(string)
	value, _ := fields["value"].(string)
	switch kind {
	case "", "IPAddress":
		e.add(value, "")
	case "Hostname":
		e.add("", value)
	}
}

func (e Exposure) inOrder() Exposure {
	slices.Sort(e.Addresses)
	slices.Sort(e.Hostnames)
	e.Addresses, e.Hostnames = slices.Compact(e.Addresses), slices.Compact(e.Hostnames)
	return e
}

// equal says whether two exposures are the same.
func (e Exposure) equal(other Exposure) bool {
	return e.Found == other.Found && e.Deleting == other.Deleting && e.LoadBalancer == other.LoadBalancer &&
		e.ReadyEndpoints == other.ReadyEndpoints && slices.Equal(e.Addresses, other.Addresses) && slices.Equal(e.Hostnames, other.Hostnames)
}
