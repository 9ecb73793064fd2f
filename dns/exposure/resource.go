package exposure

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	watches "k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/internal/watching"
)

// resource is what is watched, by its plural name.
type resource string

const (
	services       resource = "services"
	ingresses      resource = "ingresses"
	gateways       resource = "gateways"
	endpointSlices resource = "endpointslices"
)

// resourceOf is where the objects of a kind are.
func resourceOf(k Kind) resource {
	switch k {
	case Ingress:
		return ingresses
	case Gateway:
		return gateways
	default:
		return services
	}
}

// kinds are the resources of what is exposed.
func kinds() []resource { return []resource{services, ingresses, gateways} }

// managed chooses objects with the label that copies have.
var managed = metav1.ListOptions{LabelSelector: "kubefed.io/managed=true"}

// open is how the objects are read of a member that is reached in that way, and an
// example of one.
func (r resource) open(config *rest.Config, s watching.Subject) (watching.Reader, runtime.Object, error) {
	if r == gateways {
		return openGateways(config, s)
	}
	group, add, example := corev1.SchemeGroupVersion, corev1.AddToScheme, runtime.Object(&corev1.Service{})
	switch r {
	case ingresses:
		group, add, example = networkingv1.SchemeGroupVersion, networkingv1.AddToScheme, &networkingv1.Ingress{}
	case endpointSlices:
		group, add, example = discoveryv1.SchemeGroupVersion, discoveryv1.AddToScheme, &discoveryv1.EndpointSlice{}
	}
	client, err := watching.Connect(config, group, add)
	if err != nil {
		return nil, nil, fmt.Errorf("connect: %w", err)
	}
	return client.Reader(s, managed), example, nil
}

func openGateways(config *rest.Config, s watching.Subject) (watching.Reader, runtime.Object, error) {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, nil, fmt.Errorf("connect: %w", err)
	}
	of := schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: string(gateways)}
	return untyped{client.Resource(of).Namespace(s.Namespace)}, &unstructured.Unstructured{}, nil
}

// untyped reads objects of a kind that is not Kubernetes' own.
type untyped struct{ dynamic.ResourceInterface }

// List implements [watching.Reader].
func (u untyped) List(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	o.LabelSelector = managed.LabelSelector
	return u.ResourceInterface.List(ctx, o)
}

// Watch implements [watching.Reader].
func (u untyped) Watch(ctx context.Context, o metav1.ListOptions) (watches.Interface, error) {
	o.LabelSelector = managed.LabelSelector
	return u.ResourceInterface.Watch(ctx, o)
}
