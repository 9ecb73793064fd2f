// Package prospect says what federated objects would be once files were applied to a
// host, and what decides on them then.
package prospect

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/offline"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
)

// Prospect is manifests as they would be on a host. All is required.
type Prospect struct {
	Host       *host.Host
	Federation host.Federation
	Scene      *offline.Scene // what the files say
	Namespace  string         // of what says none

	given []*unstructured.Unstructured // FederatedNamespaces in the files, as they would be
}

// Subjects are the federated objects in the files, as they would be once those were
// applied, and those of the host that a preference in the files divides.
func (p *Prospect) Subjects(ctx context.Context) ([]subject.Subject, error) {
	var all []subject.Subject
	for _, o := range p.ordered() {
		one, err := p.applied(ctx, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", subject.Name(o), err)
		}
		all = append(all, one)
	}
	for _, preference := range p.Scene.Preferences() {
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
	return append(all, inside...), nil
}

// ordered are the federated objects, the namespaces before what is in them.
func (p *Prospect) ordered() []*unstructured.Unstructured {
	all := slices.Clone(p.Scene.Federated)
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
func (p *Prospect) applied(ctx context.Context, o *unstructured.Unstructured) (subject.Subject, error) {
	var none subject.Subject
	t, err := p.Federation.TypeOf(o)
	if err != nil {
		return none, err
	}
	o = p.placed(t, o)
	a, err := p.Host.Apply(ctx, t, o)
	if err != nil {
		return none, fmt.Errorf("the host refuses it: %w", err)
	}
	if t.IsNamespaces() {
		p.given = append(p.given, a.After)
	}
	one, err := p.Host.Subject(ctx, p.Federation, t, a.After, p.given...)
	if err != nil {
		return none, err
	}
	one.Before = a.Before
	preference := p.Scene.PreferenceOf(o.GetKind(), propagation.KeyOf(o))
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
func (p *Prospect) placed(t host.Type, o *unstructured.Unstructured) *unstructured.Unstructured {
	namespace := p.Namespace
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
