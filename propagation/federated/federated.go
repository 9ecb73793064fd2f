// Package federated reads what should be where from KubeFed's Federated<Kind>
// objects, and writes there how it went.
//
// [Objects] is the propagation.Source and the propagation.Ledger for one
// federated type. [Types] follows FederatedTypeConfigs and keeps one loop
// running for each type that is enabled. [Namespaces] knows the
// FederatedNamespaces, within whose placement everything in a namespace stays.
package federated

import (
	"cmp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/record"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation"
)

// Options are what [Objects] are made of. Client, Writer, Target and Federated
// are required.
type Options struct {
	// Client reads from the host, and Writer writes to it: nobody reads the
	// answers, so they are metadata alone. Their rate is not limited here; a
	// client-side limit slows every object down.
	Client dynamic.Interface
	Writer metadata.Interface
	// Target is the type of the objects in the members, Federated the type that
	// declares them on the host.
	Target, Federated federation.Type
	// Namespace restricts what is read to one namespace; empty is all.
	Namespace string
	// Namespaces know the placement of each namespace; nil sets no bounds.
	// Required for the type Namespace itself.
	Namespaces *Namespaces
	// Holding says what gives way where somebody else writes fields of a copy,
	// unless the federated object says otherwise. Its Parent does not count.
	Holding propagation.Holding
	// Serve says which of the objects are served; default ServeAll.
	Serve Serving
	// Follow says that what pod templates refer to follows, unless the federated
	// object says otherwise.
	Follow bool
	// SystemNamespace is that of the federation itself, which is never
	// federated; default kube-federation-system.
	SystemNamespace string
	// Events receives the events; nil drops them.
	Events record.EventRecorder
}

// isNamespace says whether the target is the type Namespace, which is declared
// from within.
func (o Options) isNamespace() bool {
	return o.Target.Group == "" && o.Target.Kind == "Namespace"
}

func (o Options) neverFederated(namespace string) bool {
	return slices.Contains(corev1beta1.NeverFederated(cmp.Or(o.SystemNamespace, corev1beta1.DefaultNamespace)), namespace)
}

// declares returns the name of what a federated object declares.
func (o Options) declares(object metav1.Object) (name, namespace string) {
	switch {
	case o.isNamespace():
		return object.GetName(), ""
	case o.Target.Scope == federation.ClusterScoped:
		return object.GetName(), ""
	default:
		return object.GetName(), object.GetNamespace()
	}
}
