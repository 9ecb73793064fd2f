package prospect

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
)

// inside are the objects of the host in namespaces whose placement changes with the
// files, but for those that are in the files themselves.
func (p *Prospect) inside(ctx context.Context, all []subject.Subject) ([]subject.Subject, error) {
	var more []subject.Subject
	for _, namespace := range all {
		if !namespace.IsNamespace() || namespace.Before == nil || equality.Semantic.DeepEqual(namespace.Object.Object["spec"], namespace.Before.Object["spec"]) {
			continue
		}
		for _, t := range p.Federation.Types {
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
func (p *Prospect) insideOf(ctx context.Context, t host.Type, namespace string, all []subject.Subject) ([]subject.Subject, error) {
	if t.IsNamespaces() || t.Spec.TargetType.Scope == federation.ClusterScoped {
		return nil, nil
	}
	list, err := p.Host.Federated(t, namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("host: %s in namespace %s: %w", t.Spec.FederatedType.PluralName, namespace, err)
	}
	var found []subject.Subject
	for i := range list.Items {
		o := &list.Items[i]
		if slices.ContainsFunc(all, func(s subject.Subject) bool { return subject.Name(s.Object) == subject.Name(o) }) {
			continue
		}
		one, err := p.Host.Subject(ctx, p.Federation, t, o, p.given...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", subject.Name(o), err)
		}
		one.Before = o
		found = append(found, one)
	}
	return found, nil
}

// divided is the object of the host that a preference in the files divides, unless it is
// in the files itself.
func (p *Prospect) divided(ctx context.Context, preference *v1alpha1.ReplicaSchedulingPreference, all []subject.Subject) (subject.Subject, bool, error) {
	preference = preference.DeepCopy()
	if preference.Namespace == "" {
		preference.Namespace = p.Namespace
	}
	key, kind := propagation.KeyOf(preference), preference.Spec.TargetKind
	i := slices.IndexFunc(p.Federation.Types, func(t host.Type) bool { return t.Spec.FederatedType.Kind == kind })
	switch {
	case slices.ContainsFunc(all, func(s subject.Subject) bool { return s.Object.GetKind() == kind && propagation.KeyOf(s.Object) == key }):
		return subject.Subject{}, false, nil
	case i < 0:
		return subject.Subject{}, false, fmt.Errorf("spec.targetKind: no type is federated as %q: \"fedctl enable\" adds one", kind)
	}
	t := p.Federation.Types[i]
	object, err := p.Host.Federated(t, key.Namespace).Get(ctx, key.Name, metav1.GetOptions{})
	if err != nil {
		return subject.Subject{}, false, fmt.Errorf("%s %s, which it divides: %w", kind, key, err)
	}
	one, err := p.Host.Subject(ctx, p.Federation, t, object, p.given...)
	if err != nil {
		return one, false, err
	}
	one.Before, one.Preference = object, remembering(preference, one.Preference)
	one, _, err = one.Divide(ctx, time.Now())
	return one, true, err
}
