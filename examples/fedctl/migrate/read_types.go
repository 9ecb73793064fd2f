package migrate

import (
	"context"
	"errors"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/setup"
)

// types reads the types that are federated and their objects.
func (r *reading) types(ctx context.Context) error {
	var unread error
	r.federation, unread, r.inventory.Untried = r.host.Federation(ctx)
	if err := errors.Join(r.inventory.Untried, unread); err != nil {
		return err
	}
	declared := map[string]*unstructured.Unstructured{} // FederatedNamespaces by namespace
	for _, t := range r.federation.Types {
		read := Type{Type: t}
		var all *unstructured.UnstructuredList
		if all, read.Unread = r.host.Federated(t, "").List(ctx, metav1.ListOptions{}); read.Unread == nil {
			for i := range all.Items {
				read.Objects = append(read.Objects, Object{Object: &all.Items[i]})
			}
		}
		for _, o := range read.Objects {
			if t.IsNamespaces() && o.Object.GetName() == o.Object.GetNamespace() {
				declared[o.Object.GetNamespace()] = o.Object
			}
		}
		r.inventory.Types = append(r.inventory.Types, read)
	}
	return r.foresee(ctx, declared)
}

// foresee works out what a controller of ours would make of each object.
func (r *reading) foresee(ctx context.Context, declared map[string]*unstructured.Unstructured) error {
	for _, t := range r.inventory.Types {
		for i := range t.Objects {
			o := &t.Objects[i]
			s := subject.Subject{Object: o.Object, Config: t.FederatedTypeConfig, Members: host.ClusterSet(r.federation.Members)}
			if namespace := o.Object.GetNamespace(); namespace != "" && !t.IsNamespaces() {
				var err error
				if s.Bounds, err = r.federation.Bounds(namespace, declared[namespace]); err != nil {
					return err
				}
			}
			o.Key, o.Held = s.Intent().Key, s.Reported()
			o.Preview, o.Wrong = s.Preview(ctx, r.Now)
		}
	}
	return ctx.Err()
}

// definitions asks what an installation would do to the definitions.
func (r *reading) definitions(ctx context.Context) error {
	on := r.host.Setup()
	on.Writing, on.Told = setup.OnTrial, func(c setup.Change) {
		if c.Object.GetKind() == definitions().Kind {
			r.inventory.Definitions = append(r.inventory.Definitions, Definition{c.Object.GetName(), c.Done})
		}
	}
	known := make([]host.Type, len(r.inventory.Types))
	for i, t := range r.inventory.Types {
		known[i] = t.Type
	}
	all, wrong := enablings(ctx, on, known)
	for i := range r.inventory.Types {
		r.inventory.Types[i].Unserved = wrong[known[i].Name]
	}
	r.inventory.Untried = errors.Join(on.Install(ctx), on.Redefine(ctx, all...))
	return ctx.Err()
}

// enablings are what lets the federation carry types that are configured already, and
// what speaks against it by the name of the type.
func enablings(ctx context.Context, on setup.Host, types []host.Type) ([]setup.Enabling, map[string]error) {
	if all, err := enablingsOf(ctx, on, types...); err == nil {
		return all, nil
	}
	var all []setup.Enabling
	wrong := map[string]error{}
	for _, t := range types { // one by one, to see which
		one, err := enablingsOf(ctx, on, t)
		if err != nil {
			wrong[t.Name] = err
			continue
		}
		all = append(all, one...)
	}
	return all, wrong
}

func enablingsOf(ctx context.Context, on setup.Host, types ...host.Type) ([]setup.Enabling, error) {
	wishes := make([]setup.Wish, len(types))
	for i, t := range types {
		federated := t.Spec.FederatedType
		wishes[i] = setup.Wish{Name: nameOf(t.Spec.TargetType.Type()), Version: t.Spec.TargetType.Version,
			Federated: schema.GroupVersion{Group: federated.Group, Version: federated.Version}}
	}
	var kinds []federatedkind.Kind
	kinds, err := on.Discover(ctx, wishes...)
	if err != nil {
		return nil, err
	}
	return on.PlanEnabling(ctx, kinds...)
}

// nameOf is a type with its group, where it has one.
func nameOf(t federation.Type) string { return t.GroupVersionResource().GroupResource().String() }
