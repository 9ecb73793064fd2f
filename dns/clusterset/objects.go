package clusterset

import (
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
)

const (
	// FederationLabel is on all that is made; its value is Options.Federation.
	FederationLabel = "fedrail.io/clusterset"
	// ManagedBy is what EndpointSlices say they are managed by.
	ManagedBy = "clusterset.fedrail.io"
)

// Imports, Services and Slices are the types of what is made in members.
func Imports() federation.Type {
	return federation.Type{
		Group: v1beta1.GroupName, Version: v1beta1.GroupVersion.Version, Kind: v1beta1.ServiceImportKindName,
		Resource: v1beta1.ServiceImportPluralName, Scope: federation.NamespaceScoped,
	}
}

func exportType() federation.Type {
	return federation.Type{
		Group: v1beta1.GroupName, Version: v1beta1.GroupVersion.Version, Kind: v1beta1.ServiceExportKindName,
		Resource: v1beta1.ServiceExportPluralName, Scope: federation.NamespaceScoped,
	}
}

// Services are the derived Services.
func Services() federation.Type {
	return federation.Type{Version: "v1", Kind: "Service", Resource: "services", Scope: federation.NamespaceScoped}
}

// Slices are the EndpointSlices.
func Slices() federation.Type {
	return federation.Type{
		Group: discoveryv1.GroupName, Version: "v1", Kind: "EndpointSlice", Resource: "endpointslices", Scope: federation.NamespaceScoped,
	}
}

// labelsOf are those of what is made for a service.
func (s scene) labelsOf(more map[string]string) map[string]string {
	labels := maps.Clone(more)
	if labels == nil {
		labels = map[string]string{}
	}
	labels[FederationLabel] = s.federation
	return labels
}

// serviceImport is what all clusters are told of a service.
func (s scene) serviceImport(i Import) (*unstructured.Unstructured, error) {
	spec := *i.Spec.DeepCopy()
	if spec.Ports == nil {
		spec.Ports = []v1beta1.ServicePort{} // it has to be there
	}
	return toUnstructured(Imports(), &v1beta1.ServiceImport{
		ObjectMeta: metav1.ObjectMeta{Labels: s.labelsOf(i.Labels), Annotations: maps.Clone(i.Annotations)},
		Spec:       spec,
	})
}

// derivedService is the Service that gives an import its address, and by which
// kube-proxy sends what comes there to all clusters. It asks for both families, so
// that it has each that its cluster has, and none has to change later.
func (s scene) derivedService(i Import) (*unstructured.Unstructured, error) {
	ports := make([]corev1.ServicePort, len(i.Spec.Ports))
	for n, p := range i.Spec.Ports {
		ports[n] = corev1.ServicePort{Name: p.Name, Protocol: p.Protocol, AppProtocol: p.AppProtocol, Port: p.Port}
	}
	both := corev1.IPFamilyPolicyPreferDualStack
	made, err := toUnstructured(Services(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Labels: s.labelsOf(map[string]string{v1beta1.LabelServiceName: s.key.Name})},
		Spec: corev1.ServiceSpec{
			Type: corev1.ServiceTypeClusterIP, IPFamilyPolicy: &both, Ports: ports,
			SessionAffinity: i.Spec.SessionAffinity, SessionAffinityConfig: i.Spec.SessionAffinityConfig.DeepCopy(),
			InternalTrafficPolicy: i.Spec.InternalTrafficPolicy, TrafficDistribution: i.Spec.TrafficDistribution,
		},
	})
	if err != nil {
		return nil, err
	}
	all, _, err := unstructured.NestedSlice(made.Object, "spec", "ports")
	for _, p := range all {
		delete(p.(map[string]any), "targetPort") // the slices say which; the API server fills it in
	}
	if err == nil && len(all) > 0 {
		err = unstructured.SetNestedSlice(made.Object, all, "spec", "ports")
	}
	return made, err
}

// toUnstructured is an object as it is declared: with nothing that only an API
// server says.
func toUnstructured(t federation.Type, object runtime.Object) (*unstructured.Unstructured, error) {
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", t.Kind, err)
	}
	delete(fields, "status")
	made := &unstructured.Unstructured{Object: fields}
	made.SetGroupVersionKind(t.GroupVersionKind())
	unstructured.RemoveNestedField(made.Object, "metadata", "creationTimestamp")
	return made, nil
}
