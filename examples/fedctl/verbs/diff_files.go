package verbs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/offline"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
)

// prospect is manifests as they would be on a host.
type prospect struct {
	*cli.Session
	host       *host.Host
	federation host.Federation
	scene      *offline.Scene
	namespace  string // of what says none
	given      []*unstructured.Unstructured
}

// prospect reads the files, and what the host says of the federation.
func (f *files) prospect(ctx context.Context, s *cli.Session, h *host.Host) (*prospect, error) {
	scene, err := f.scene(s)
	if err != nil {
		return nil, err
	}
	p := &prospect{Session: s, host: h, scene: scene}
	if p.namespace, err = s.Flags.Namespace(); err != nil {
		return nil, err
	}
	p.federation, err = readFederation(ctx, s, h)
	return p, err
}

// readFederation reads what the host says of the federation. What cannot be read and is
// not needed is told.
func readFederation(ctx context.Context, s *cli.Session, h *host.Host) (host.Federation, error) {
	f, note, err := h.Federation(ctx)
	if note != nil {
		s.Warn("%s", note)
	}
	return f, err
}

// subjects are the federated objects in the files, as they would be once those were
// applied, and those of the host that a preference in the files divides.
func (p *prospect) subjects(ctx context.Context) ([]subject.Subject, error) {
	var all []subject.Subject
	for _, o := range p.ordered() {
		one, err := p.applied(ctx, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", subject.Name(o), err)
		}
		all = append(all, one)
	}
	for _, preference := range p.scene.Preferences() {
		one, found, err := p.divided(ctx, preference, all)
		if err != nil {
			return nil, fmt.Errorf("ReplicaSchedulingPreference %s/%s: %w", preference.Namespace, preference.Name, err)
		}
		if found {
			all = append(all, one)
		}
	}
	inside, err := p.inside(ctx, all)
	if err != nil {
		return nil, err
	}
	if all = append(all, inside...); len(all) == 0 {
		p.Tell("there is no federated object in the files")
	}
	return all, nil
}

// inside are the objects of the host in namespaces whose placement changes with the
// files, but for those that are in the files themselves.
func (p *prospect) inside(ctx context.Context, all []subject.Subject) ([]subject.Subject, error) {
	var more []subject.Subject
	for _, namespace := range all {
		if !namespace.IsNamespace() || namespace.Before == nil || equality.Semantic.DeepEqual(namespace.Object.Object["spec"], namespace.Before.Object["spec"]) {
			continue
		}
		for _, t := range p.federation.Types {
			found, err := p.insideOf(ctx, t, namespace.Object.GetNamespace(), all)
			if err != nil {
				return nil, err
			}
			more = append(more, found...)
		}
	}
	return more, nil
}

// insideOf are those of one type in one namespace.
func (p *prospect) insideOf(ctx context.Context, t host.Type, namespace string, all []subject.Subject) ([]subject.Subject, error) {
	if t.IsNamespaces() || t.Spec.TargetType.Scope == federation.ClusterScoped {
		return nil, nil
	}
	list, err := p.host.Federated(t, namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("host: %s in namespace %s: %w", t.Spec.FederatedType.PluralName, namespace, err)
	}
	var found []subject.Subject
	for i := range list.Items {
		o := &list.Items[i]
		if slices.ContainsFunc(all, func(s subject.Subject) bool { return subject.Name(s.Object) == subject.Name(o) }) {
			continue
		}
		one, err := p.host.Subject(ctx, p.federation, t, o, p.given...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", subject.Name(o), err)
		}
		one.Before = o
		found = append(found, one)
	}
	return found, nil
}

// ordered are the federated objects, the namespaces before what is in them.
func (p *prospect) ordered() []*unstructured.Unstructured {
	all := slices.Clone(p.scene.Federated)
	slices.SortStableFunc(all, func(a, b *unstructured.Unstructured) int { return rank(a) - rank(b) })
	return all
}

func rank(o *unstructured.Unstructured) int {
	if o.GetKind() == "FederatedNamespace" {
		return 0
	}
	return 1
}

// applied is an object as it would be, with what decides on it.
func (p *prospect) applied(ctx context.Context, o *unstructured.Unstructured) (subject.Subject, error) {
	var none subject.Subject
	t, err := p.federation.TypeOf(o)
	if err != nil {
		return none, err
	}
	o = p.placed(t, o)
	a, err := p.host.Apply(ctx, t, o)
	if err != nil {
		return none, fmt.Errorf("the host refuses it: %w", err)
	}
	if t.IsNamespaces() {
		p.given = append(p.given, a.After)
	}
	one, err := p.host.Subject(ctx, p.federation, t, a.After, p.given...)
	if err != nil {
		return none, err
	}
	one.Before = a.Before
	preference := p.scene.PreferenceOf(o.GetKind(), propagation.KeyOf(o))
	switch {
	case preference != nil:
		one.Preference = remembering(preference, one.Preference)
	case !a.Replaces("placement") && !a.Replaces("overrides"):
		return one, nil // a controller has divided it, and that stays
	}
	one, _, err = one.Divide(ctx, time.Now())
	return one, err
}

// placed is an object in the namespace that it is applied in.
func (p *prospect) placed(t host.Type, o *unstructured.Unstructured) *unstructured.Unstructured {
	namespace := p.namespace
	switch {
	case o.GetNamespace() != "" || t.Spec.FederatedType.Scope == federation.ClusterScoped:
		return o
	case t.IsNamespaces():
		namespace = o.GetName()
	}
	o = o.DeepCopy()
	o.SetNamespace(namespace)
	return o
}

// remembering is a preference with what the controller remembers of it.
func remembering(p, before *v1alpha1.ReplicaSchedulingPreference) *v1alpha1.ReplicaSchedulingPreference {
	if before == nil {
		return p
	}
	p = p.DeepCopy()
	p.Status = before.Status
	return p
}

// divided is the object of the host that a preference in the files divides, unless it is
// in the files itself.
func (p *prospect) divided(ctx context.Context, preference *v1alpha1.ReplicaSchedulingPreference, all []subject.Subject) (subject.Subject, bool, error) {
	preference = preference.DeepCopy()
	if preference.Namespace == "" {
		preference.Namespace = p.namespace
	}
	key, kind := propagation.KeyOf(preference), preference.Spec.TargetKind
	i := slices.IndexFunc(p.federation.Types, func(t host.Type) bool { return t.Spec.FederatedType.Kind == kind })
	switch {
	case slices.ContainsFunc(all, func(s subject.Subject) bool { return s.Object.GetKind() == kind && propagation.KeyOf(s.Object) == key }):
		return subject.Subject{}, false, nil
	case i < 0:
		return subject.Subject{}, false, fmt.Errorf("spec.targetKind: no type is federated as %q: \"fedctl enable\" adds one", kind)
	}
	t := p.federation.Types[i]
	object, err := p.host.Federated(t, key.Namespace).Get(ctx, key.Name, metav1.GetOptions{})
	if err != nil {
		return subject.Subject{}, false, fmt.Errorf("%s %s, which it divides: %w", kind, key, err)
	}
	one, err := p.host.Subject(ctx, p.federation, t, object, p.given...)
	if err != nil {
		return one, false, err
	}
	one.Before, one.Preference = object, remembering(preference, one.Preference)
	one, _, err = one.Divide(ctx, time.Now())
	return one, true, err
}
