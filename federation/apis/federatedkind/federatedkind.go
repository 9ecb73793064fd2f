// Package federatedkind describes the kinds that declare federated objects:
// FederatedDeployment for Deployments, and so on. They are KubeFed's, in group
// types.kubefed.io/v1beta1 unless somebody chose another.
//
// There is one such kind for each type that is federated, so none has Go types
// of its own. A [Kind] pairs the two types and makes what an API server needs to
// know: the CustomResourceDefinition and the FederatedTypeConfig. [Spec] and
// [Status] are what all of them have in common; [SpecOf] and [StatusOf] read
// them.
//
// What KubeFed had keeps its name and its meaning. Messages, and the condition
// Ready, are added.
package federatedkind

import (
	"cmp"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation"
)

// The group and version of the federated types, unless others are chosen.
const (
	DefaultGroup   = "types.kubefed.io"
	DefaultVersion = "v1beta1"
)

// Well-known marks on a federated object.
const (
	// Finalizer holds a federated object until its copies are gone.
	Finalizer = "kubefed.io/sync-controller"
	// OrphanAnnotation, with the value "true" and no other, keeps the copies in
	// the members when the federated object is deleted.
	OrphanAnnotation = "kubefed.io/orphan"
	// ConflictPolicyAnnotation says what happens to a field of a copy that
	// somebody else took: "Overwrite", "Yield" or "Report".
	ConflictPolicyAnnotation = "fedrail.io/conflict-policy"
	// RetainAnnotation names fields that are the member's once it holds a copy,
	// one path a line, beside those of the type.
	RetainAnnotation = "fedrail.io/retain"
	// ImmutableFieldsAnnotation says what happens when a member refuses a change
	// because a field cannot change: "Refuse" or "Recreate".
	ImmutableFieldsAnnotation = "fedrail.io/immutable-fields"
	// RolloutAnnotation holds a Rollout as YAML or JSON, for federated kinds whose
	// definition does not know spec.rollout, such as those that KubeFed made.
	RolloutAnnotation = "fedrail.io/rollout"
	// FollowAnnotation says whether what the pod template refers to follows the
	// object to its clusters: "true" or "false", over what its type says.
	FollowAnnotation = "fedrail.io/follow-dependencies"
	// SuspendAnnotation, with the value "true", has nothing created, changed or removed
	// in any cluster until it is taken off or "false", or the federated object is
	// deleted. It concerns the object alone, not what follows it.
	SuspendAnnotation = "fedrail.io/suspend"
	// ReconcileAnnotation has every copy compared with what should be there and written
	// anew, whenever its value changes to some other text, such as the time.
	ReconcileAnnotation = "fedrail.io/reconcile"
	// RetryAnnotation has what failed be tried again at once, whenever its value changes
	// to some other text. What is as it should be costs no request.
	RetryAnnotation = "fedrail.io/retry"
	// TaintsAnnotation, with the value [TaintsTolerated], says that no taint of a cluster
	// concerns the placement of the object: whoever writes the placement weighs
	// them. It is on objects whose replicas a ReplicaSchedulingPreference divides.
	TaintsAnnotation = "fedrail.io/taints"
	TaintsTolerated  = "Tolerated"
	// DeleteOptionsAnnotation holds a metav1.DeleteOptions as JSON, for the
	// deletion of copies.
	DeleteOptionsAnnotation = "kubefed.io/deleteoption"
)

// Kind pairs a type that is federated with the type that declares its objects.
type Kind struct {
	// Target is the type of the objects in the members. All its fields are
	// required.
	Target federation.Type
	// ShortNames are those of the target, as discovery tells them; may be empty.
	ShortNames []string
	// GroupVersion is that of the federated type. What is empty in it is
	// DefaultGroup or DefaultVersion.
	GroupVersion schema.GroupVersion
	// Replicas says that the target's spec.replicas is an integer. Then the
	// federated kind has spec.retainReplicas. See HasReplicas.
	Replicas bool
}

// Discovered makes the Kind of a type that discovery found. Lists of resources
// leave out the group and version of a resource that has those of the list; fill
// them in first.
func Discovered(r metav1.APIResource) Kind {
	scope := federation.ClusterScoped
	if r.Namespaced {
		scope = federation.NamespaceScoped
	}
	return Kind{
		Target:     federation.Type{Group: r.Group, Version: r.Version, Kind: r.Kind, Resource: r.Name, Scope: scope},
		ShortNames: r.ShortNames,
	}
}

// Federated is the type that declares objects of the target type. It has the
// scope of the target, except that a FederatedNamespace lives in the namespace
// that it declares.
func (k Kind) Federated() federation.Type {
	scope := k.Target.Scope
	if k.Target.GroupKind() == (schema.GroupKind{Kind: "Namespace"}) {
		scope = federation.NamespaceScoped
	}
	return federation.Type{
		Group:    cmp.Or(k.GroupVersion.Group, DefaultGroup),
		Version:  cmp.Or(k.GroupVersion.Version, DefaultVersion),
		Kind:     "Federated" + k.Target.Kind,
		Resource: "federated" + k.Target.Resource,
		Scope:    scope,
	}
}

func (k Kind) singular() string { return strings.ToLower(k.Federated().Kind) }
