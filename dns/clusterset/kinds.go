package clusterset

import (
	"cmp"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/internal/watching"
	"github.com/fedrail/fedrail/propagation"
)

// slim is what is kept of the metadata of an object.
func slim(m metav1.ObjectMeta) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: m.Namespace, Name: m.Name, UID: m.UID, ResourceVersion: m.ResourceVersion, Labels: m.Labels}
}

func byKey(a, b propagation.Key) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}

func (w *world) exportKind() kind[*v1beta1.ServiceExport] {
	return kind[*v1beta1.ServiceExport]{
		subject: watching.Subject{Resource: v1beta1.ServiceExportPluralName}, example: &v1beta1.ServiceExport{},
		keep:     func(e *v1beta1.ServiceExport) (*v1beta1.ServiceExport, bool) { return e, true },
		concerns: func(e *v1beta1.ServiceExport) (propagation.Key, bool) { return propagation.KeyOf(e), true },
		touched:  w.touch,
	}
}

// importKind are the imports that this federation has made.
func (w *world) importKind() kind[*v1beta1.ServiceImport] {
	return kind[*v1beta1.ServiceImport]{
		subject: watching.Subject{Resource: v1beta1.ServiceImportPluralName}, example: &v1beta1.ServiceImport{},
		keep: func(i *v1beta1.ServiceImport) (*v1beta1.ServiceImport, bool) {
			return i, i.Labels[FederationLabel] == w.federation
		},
		concerns: func(i *v1beta1.ServiceImport) (propagation.Key, bool) { return propagation.KeyOf(i), true },
		touched:  w.touch,
	}
}

// namespaceKind are the namespaces that are to stay.
func (w *world) namespaceKind() kind[*corev1.Namespace] {
	return kind[*corev1.Namespace]{
		subject: watching.Subject{Resource: "namespaces", Whole: true}, example: &corev1.Namespace{},
		keep: func(n *corev1.Namespace) (*corev1.Namespace, bool) {
			return &corev1.Namespace{ObjectMeta: slim(n.ObjectMeta)}, n.DeletionTimestamp == nil
		},
		concerns: func(n *corev1.Namespace) (propagation.Key, bool) { return propagation.Key{Namespace: n.Name}, false },
	}
}

// serviceKind are services that may be exported, and those that this federation has
// made, which concern what they are derived from.
func (w *world) serviceKind(namespace string) kind[*corev1.Service] {
	return kind[*corev1.Service]{
		subject: watching.Subject{Resource: "services", Namespace: namespace}, example: &corev1.Service{},
		keep: func(s *corev1.Service) (*corev1.Service, bool) {
			return &corev1.Service{ObjectMeta: slim(s.ObjectMeta), Spec: s.Spec}, true
		},
		concerns: func(s *corev1.Service) (propagation.Key, bool) {
			if s.Labels[FederationLabel] == w.federation {
				return propagation.Key{Namespace: s.Namespace, Name: s.Labels[v1beta1.LabelServiceName]}, true
			}
			return propagation.KeyOf(s), true
		},
		touched: w.touchKnown,
	}
}

// sliceKind are the endpoints of services of the member itself.
func (w *world) sliceKind(namespace string) kind[*discoveryv1.EndpointSlice] {
	return kind[*discoveryv1.EndpointSlice]{
		subject: watching.Subject{Resource: "endpointslices", Namespace: namespace}, example: &discoveryv1.EndpointSlice{},
		keep: func(s *discoveryv1.EndpointSlice) (*discoveryv1.EndpointSlice, bool) {
			_, imported := s.Labels[v1beta1.LabelSourceCluster]
			kept := &discoveryv1.EndpointSlice{ObjectMeta: slim(s.ObjectMeta), AddressType: s.AddressType, Endpoints: s.Endpoints, Ports: s.Ports}
			for i := range kept.Endpoints {
				kept.Endpoints[i].TargetRef, kept.Endpoints[i].Hints, kept.Endpoints[i].DeprecatedTopology = nil, nil, nil
			}
			return kept, !imported && s.Labels[discoveryv1.LabelServiceName] != "" && s.DeletionTimestamp == nil
		},
		concerns: func(s *discoveryv1.EndpointSlice) (propagation.Key, bool) {
			return propagation.Key{Namespace: s.Namespace, Name: s.Labels[discoveryv1.LabelServiceName]}, true
		},
		touched: w.touchKnown,
	}
}
