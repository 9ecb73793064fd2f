// Package placement decides which clusters should hold an object, and says of
// every other cluster why it should not. It is pure: no client, no clock, equal
// requests get equal decisions.
package placement

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation"
)

// A Placer decides which clusters should hold an object. It must not modify the
// request and must give the same answer to the same request. It may be called
// concurrently. An object that fits nowhere is a Decision with nothing
// selected, not an error; an error means that the request itself is wrong (a
// selector that does not parse) and that nothing may be changed because of it.
type Placer interface {
	Place(ctx context.Context, req Request) (Decision, error)
}

// Request is all that a decision is made from.
type Request struct {
	// Object is what is to be placed; policies look at it.
	Object Object
	// Want is what the object's own placement asks for.
	Want Placement
	// Bounds each narrow the result down; with none, Want alone counts.
	Bounds []Bound
	// Members are the clusters there are.
	Members federation.ClusterSet
	// Holding are the clusters that the object is in, or on its way to, in any
	// order: a taint may let it stay where it would not let it come.
	Holding []federation.ClusterName
	// Now is the time. At the zero time no taint that is tolerated for a while is
	// due.
	Now time.Time
}

// Object identifies what is to be placed.
type Object struct {
	Kind      schema.GroupKind
	Namespace string // empty for an object without one
	Name      string
	Labels    map[string]string // of the declaring object; nil is none
}

// Placement says where something should go, in KubeFed's terms:
//
//	Clusters   Selector   result
//	nil        nil        no cluster
//	nil        {}         every member
//	nil        non-empty  the members whose labels match
//	empty      anything   no cluster
//	non-empty  anything   exactly these members; the selector is not looked at
type Placement struct {
	Clusters []federation.ClusterName
	Selector *metav1.LabelSelector
	// Tolerations are for taints of clusters; nil tolerates none. Those of a
	// [Bound] are not looked at.
	Tolerations []corev1.Toleration
}

// Bound is somebody else's placement, within which the object has to stay.
type Bound struct {
	// By names who sets the bound, for people: "FederatedNamespace shop/shop".
	By string
	// Within is the bound; nil means that who should set it does not exist, so
	// that no cluster is allowed.
	Within *Placement
}

// Decision is where the object goes, and why it does not go elsewhere.
type Decision struct {
	// Selected are members, in name order, without duplicates.
	Selected []federation.ClusterName
	// Rejected has an entry for every member that is not selected, and one with
	// [UnknownCluster] for every name that was asked for and is no member.
	Rejected map[federation.ClusterName]Reason
	// Next is when to decide again though nothing changes, after Now; zero is never.
	Next time.Time
}

// Reason says why a cluster was not chosen.
type Reason struct {
	Code    Code
	Message string // for people: what to change to have it chosen
}

// Code is the kind of a [Reason].
type Code string

// The codes.
const (
	NoPlacement      Code = "NoPlacement"      // the placement asks for no cluster at all
	NotNamed         Code = "NotNamed"         // the placement lists names, this one not among them
	SelectorMismatch Code = "SelectorMismatch" // the cluster's labels do not match
	UnknownCluster   Code = "UnknownCluster"   // asked for by name, but no member
	OutOfBounds      Code = "OutOfBounds"      // a Bound does not include the cluster
	NoBound          Code = "NoBound"          // a Bound is missing altogether (Within is nil)
	RefusedByPolicy  Code = "RefusedByPolicy"  // a Policy does not allow it
	Cordoned         Code = "Cordoned"         // the cluster is cordoned, and takes no new copies
	Tainted          Code = "Tainted"          // the cluster has another taint that is not tolerated
)

// A Policy is a filter that administrators set and that no placement can
// exceed. It must be a pure function of its arguments and safe for concurrent
// use.
type Policy interface {
	// Allow says whether the object may be in the cluster, and if not, why: a
	// Reason's Message.
	Allow(object Object, cluster federation.Cluster) (message string, allowed bool)
}
