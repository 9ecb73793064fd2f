// Package propagation carries objects to the members of a federation and keeps
// them there. It owns no client: a [Source] says what should be where, a
// [Propagator] reads and writes members, a [Ledger] is told how it went, and
// the [Controller] is the loop between them.
//
// The default Propagator is in package propagation/push; the one for members
// that nobody reaches is in propagation/pull (see examples/agent). Source and
// Ledger over KubeFed's Federated<Kind> objects are in propagation/federated,
// over a custom resource of one's own in propagation/declared (see
// examples/operator), and in memory in propagation/memory (see
// examples/inmemory).
package propagation

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ManagedLabel is on every copy in a member. The value "true" says that the
// copy is the federation's; an object that carries the value "false" is never
// touched.
const ManagedLabel = "kubefed.io/managed"

// Key names one object of one type, the same in every cluster. One Controller
// carries objects of one type, so the key does not name the type.
type Key struct {
	Namespace string // empty for an object without one
	Name      string
}

// String is "namespace/name", or just the name.
func (k Key) String() string {
	if k.Namespace == "" {
		return k.Name
	}
	return k.Namespace + "/" + k.Name
}

// KeyOf is the key of an object.
func KeyOf(o metav1.Object) Key { return Key{Namespace: o.GetNamespace(), Name: o.GetName()} }
