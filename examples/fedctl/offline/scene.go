package offline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/federated"
	"github.com/fedrail/fedrail/propagation/pull"
)

// Scene is what files say of a federation.
type Scene struct {
	// TargetAPIVersion is that of federated kinds of which nothing else says it.
	TargetAPIVersion string
	// Namespace is that of objects in one that do not say which; empty leaves it out.
	Namespace string

	// Federated are the federated objects, in the order of the files.
	Federated []*unstructured.Unstructured
	// Others are objects that the federation does not carry, for people.
	Others []string
	// Members are the clusters; those of which no file says how they fare are ready.
	Members federation.ClusterSet

	preferences []*v1alpha1.ReplicaSchedulingPreference
	configs     []*corev1beta1.FederatedTypeConfig
}

// Add adds what objects say. The error names the object.
func (s *Scene) Add(objects []*unstructured.Unstructured) error {
	clusters := slices.Collect(s.Members.All())
	for _, o := range objects {
		var err error
		switch of := o.GroupVersionKind().GroupKind(); {
		case of == corev1beta1.GroupVersion().WithKind("KubeFedCluster").GroupKind():
			var c federation.Cluster
			c, err = clusterOf(o)
			clusters = append(clusters, c)
		case isFetching(o):
			var c federation.Cluster
			c, err = pull.ClusterOf(o, nil, time.Now())
			c.Ready, c.Message = true, "" // its lease, which would tell, is in no file
			clusters = append(clusters, c)
		case of == corev1beta1.GroupVersion().WithKind("FederatedTypeConfig").GroupKind():
			err = appendRead(&s.configs, o)
		case of == v1alpha1.GroupVersion().WithKind("ReplicaSchedulingPreference").GroupKind():
			err = appendRead(&s.preferences, s.inNamespace(o))
		default:
			s.sort(o)
		}
		if err != nil {
			return err
		}
	}
	for i, c := range s.configs {
		s.configs[i] = c.WithDefaults()
	}
	s.Members = federation.NewClusterSet(clusters...)
	return nil
}

// isFetching says of an object that it is the namespace, on the host, of a member that
// fetches what it holds.
func isFetching(o *unstructured.Unstructured) bool {
	return o.GetAPIVersion() == "v1" && o.GetKind() == "Namespace" && o.GetLabels()[pull.MemberLabel] == "true"
}

// sort puts an object where it belongs.
func (s *Scene) sort(o *unstructured.Unstructured) {
	if !isFederated(o) {
		s.Others = append(s.Others, subject.Name(o))
		return
	}
	s.Federated = append(s.Federated, o)
}

// isFederated says of an object that it declares another: it has the name and the
// form of one.
func isFederated(o *unstructured.Unstructured) bool {
	kind := o.GroupVersionKind()
	_, spec, _ := unstructured.NestedMap(o.Object, "spec")
	return strings.HasPrefix(kind.Kind, "Federated") && kind.Kind != "Federated" && kind.Group != corev1beta1.GroupVersion().Group &&
		(spec || kind.Kind == "FederatedNamespace")
}

// inNamespace is the object in the namespace that it is in if it says none.
func (s *Scene) inNamespace(o *unstructured.Unstructured) *unstructured.Unstructured {
	if s.Namespace == "" || o.GetNamespace() != "" {
		return o
	}
	o = o.DeepCopy()
	o.SetNamespace(s.Namespace)
	return o
}

// appendRead appends an object as its Go type.
func appendRead[T any](all *[]*T, o *unstructured.Unstructured) error {
	one := new(T)
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, one); err != nil {
		return fmt.Errorf("%s: %w", subject.Name(o), err)
	}
	*all = append(*all, one)
	return nil
}

// clusterOf is a member. One without a status was written by hand, and counts as
// ready.
func clusterOf(o *unstructured.Unstructured) (federation.Cluster, error) {
	var read []*corev1beta1.KubeFedCluster
	if err := appendRead(&read, o); err != nil {
		return federation.Cluster{}, err
	}
	c := kubefed.ClusterOf(read[0])
	if len(read[0].Status.Conditions) == 0 {
		c.Ready, c.Message = true, ""
	}
	return c, nil
}

// Subjects are the federated objects, each with what decides on it. The error names
// the object.
func (s *Scene) Subjects() ([]subject.Subject, error) {
	var all []subject.Subject
	for _, o := range s.Federated {
		one, err := s.subjectOf(o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", subject.Name(o), err)
		}
		all = append(all, one)
	}
	return all, nil
}

func (s *Scene) subjectOf(o *unstructured.Unstructured) (subject.Subject, error) {
	config, err := s.configOf(o)
	if err != nil {
		return subject.Subject{}, err
	}
	one := subject.Subject{Object: o, Config: config, Members: s.Members}
	switch {
	case one.IsNamespace():
		return one, nil // it sets bounds, and has none
	case config.Spec.TargetType.Scope == federation.NamespaceScoped:
		one.Object = s.inNamespace(o)
	}
	key := propagation.KeyOf(one.Object)
	one.Preference = s.PreferenceOf(o.GetKind(), key)
	if key.Namespace == "" {
		return one, nil
	}
	return s.bounded(one, key.Namespace)
}

// bounded is a subject with the bound of its namespace.
func (s *Scene) bounded(one subject.Subject, namespace string) (subject.Subject, error) {
	i := slices.IndexFunc(s.Federated, func(o *unstructured.Unstructured) bool {
		return o.GetKind() == "FederatedNamespace" && o.GetName() == namespace
	})
	if i < 0 {
		one.Notes = append(one.Notes, fmt.Sprintf("the FederatedNamespace %s is in no file: it is taken to include every cluster", namespace))
		return one, nil
	}
	one.Namespace = s.Federated[i]
	if one.Namespace.GetNamespace() == "" {
		one.Namespace = one.Namespace.DeepCopy()
		one.Namespace.SetNamespace(namespace)
	}
	bound, err := federated.BoundOf(one.Namespace)
	one.Bounds = []placement.Bound{bound}
	return one, err
}

// Preferences are the ReplicaSchedulingPreferences, in the order of the files.
func (s *Scene) Preferences() []*v1alpha1.ReplicaSchedulingPreference { return s.preferences }

// PreferenceOf is the preference that divides an object of a kind; nil when none is
// in the files.
func (s *Scene) PreferenceOf(kind string, key propagation.Key) *v1alpha1.ReplicaSchedulingPreference {
	i := slices.IndexFunc(s.preferences, func(p *v1alpha1.ReplicaSchedulingPreference) bool {
		return p.Spec.TargetKind == kind && propagation.KeyOf(p) == key
	})
	if i < 0 {
		return nil
	}
	return s.preferences[i]
}
