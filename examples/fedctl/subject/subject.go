// Package subject holds a federated object together with all that decides on it:
// its type, what bounds it, the preference that divides it, and the clusters there
// are. Whether that was read from a host or from files, the answers are made in one
// way, and by the packages that a controller asks too.
package subject

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/federated"
	"github.com/fedrail/fedrail/scheduling/preference"
	"github.com/fedrail/fedrail/status"
)

// Subject is a federated object, and what decides on it. It is a value, and what it
// refers to must not be changed.
type Subject struct {
	Object *unstructured.Unstructured
	// Before is the object as the host has it, where Object is what it is about to be;
	// nil where that is the same, or the host has none.
	Before *unstructured.Unstructured
	Config *corev1beta1.FederatedTypeConfig // with defaults
	// Bounds are those of the namespace that it is in, and Namespace is the object
	// that sets them; nil where there is none.
	Bounds    []placement.Bound
	Namespace *unstructured.Unstructured
	// Preference divides its replicas; nil where none does.
	Preference *v1alpha1.ReplicaSchedulingPreference
	Members    federation.ClusterSet
	// Notes say what was assumed, for people.
	Notes []string
}

// String is the object for people: "FederatedDeployment shop/web".
func (s Subject) String() string { return Name(s.Object) }

// Name is an object for people: its kind, namespace and name.
func Name(o *unstructured.Unstructured) string {
	return fmt.Sprintf("%s %s", o.GetKind(), propagation.KeyOf(o))
}

// Told are the notes, and what else keeps anything from being done at all.
func (s Subject) Told() []string {
	told := slices.Clone(s.Notes)
	if in := s.Intent(); in.Suspended && !in.Deleting {
		told = append(told, "it is suspended: nothing is created, changed or removed until it is resumed")
	}
	return told
}

// Target is the type of the copies.
func (s Subject) Target() federation.Type { return s.Config.Spec.TargetType.Type() }

// IsNamespace says whether the copies are namespaces.
func (s Subject) IsNamespace() bool {
	return s.Target().Group == "" && s.Target().Kind == "Namespace"
}

// Intent is what the object declares, within its bounds.
func (s Subject) Intent() propagation.Intent {
	in := federated.IntentOf(s.Object, s.Config)
	if !s.IsNamespace() && in.Key.Namespace != "" {
		in.Placement.Bounds = s.Bounds
	}
	return in
}

// removal are the states of a cluster that should hold the object no more.
func removal() []status.State {
	return []status.State{status.WaitingForRemoval, status.DeletionFailed, status.DeletionTimedOut,
		status.LabelRemovalFailed, status.LabelRemovalTimedOut}
}

// IsRemoval says of a state that a copy is on its way out.
func IsRemoval(s status.State) bool { return slices.Contains(removal(), s) }

// Reported are the clusters that the object was in when that was written down last.
func (s Subject) Reported() []federation.ClusterName {
	var names []federation.ClusterName
	for _, o := range s.Intent().Reported.Clusters {
		names = append(names, o.Cluster)
	}
	return names
}

// Preview is what a controller would make of the object.
func (s Subject) Preview(ctx context.Context, now time.Time) (propagation.Preview, error) {
	return propagation.PreviewOf(ctx, propagation.PreviewRequest{Intent: s.Intent(), Members: s.Members, Holding: s.Reported(), Now: now})
}

// In is the same as if the object were placed in these clusters and no others, and
// they were members, for whoever wants to see the copies.
func (s Subject) In(ctx context.Context, names ...federation.ClusterName) (propagation.Preview, error) {
	in := s.Intent()
	in.Placement.Bounds = nil
	in.Placement.Want = placement.Placement{Clusters: names, Tolerations: []corev1.Toleration{{Operator: corev1.TolerationOpExists}}}
	var members []federation.Cluster
	for _, name := range names {
		c, _ := s.Members.Get(name)
		members = append(members, federation.Cluster{Name: name, Labels: c.Labels})
	}
	return propagation.PreviewOf(ctx, propagation.PreviewRequest{Intent: in, Members: federation.NewClusterSet(members...)})
}

// Divide is the subject as its preference has it, and what the preference says of
// each cluster. A subject without a preference stays as it is.
func (s Subject) Divide(ctx context.Context, now time.Time) (Subject, v1alpha1.ReplicaSchedulingPreferenceStatus, error) {
	if s.Preference == nil {
		return s, v1alpha1.ReplicaSchedulingPreferenceStatus{}, nil
	}
	p, err := preference.PreviewOf(ctx, preference.PreviewRequest{
		Preference: s.Preference, Object: s.Object, Config: s.Config, Namespace: s.Namespace, Members: s.Members, Now: now,
	})
	if err != nil {
		return s, p.Status, fmt.Errorf("ReplicaSchedulingPreference %s: %w", propagation.KeyOf(s.Preference), err)
	}
	s.Object = p.Object
	return s, p.Status, nil
}
