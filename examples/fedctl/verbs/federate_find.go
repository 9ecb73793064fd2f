package verbs

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/federate"
	"github.com/fedrail/fedrail/federation/setup"
)

// federating is what is federated on a host.
type federating struct {
	*federator
	*host.Host
	types []host.Type // that are federated
	wants []want
}

// want is an object that is to be federated.
type want struct {
	of     wantedType
	object *unstructured.Unstructured
	federate.Result
}

// wantedType is a type of which objects are federated.
type wantedType struct {
	target, federated federation.Type
	enabled           bool
}

// find reads what is to be federated, and works out what that makes.
func (f *federating) find(ctx context.Context, ref host.Reference) (err error) {
	if f.types, err = f.Types(ctx); err != nil && f.output == "" {
		return err
	}
	t, err := f.typeOf(ctx, ref.Type)
	if err != nil {
		return err
	}
	if f.contents && t.target.String() != "namespaces" {
		return fmt.Errorf("--contents: a %s has none; it is for namespaces", t.target.Kind)
	}
	if err := f.ownContents(ref.Name); f.contents && err != nil {
		return err
	}
	namespace, err := f.Flags.Namespace()
	if err != nil {
		return err
	}
	object, err := f.read(ctx, t, namespace, ref.Name)
	if err != nil {
		return err
	}
	if by := federate.Owner(object); by != "" {
		f.Warn("%s %q is kept by %s: where that is federated, each cluster gets its own", object.GetKind(), nameOf(object), by)
	}
	f.add(t, object)
	if f.contents {
		return f.findContents(ctx, ref.Name)
	}
	return nil
}

// typeOf finds the type of the objects that people call so.
func (f *federating) typeOf(ctx context.Context, word string) (wantedType, error) {
	kinds, err := f.Setup().Discover(ctx, setup.Wish{Name: word})
	if err != nil {
		return wantedType{}, err
	}
	t := f.known(kinds[0])
	if !t.enabled && !f.enableType && f.output == "" {
		return wantedType{}, fmt.Errorf("type %q is not enabled: \"%s enable %s\" does that, and so does --enable-type", word, f.Name, t.target)
	}
	return t, nil
}

// known is a type as it is enabled, in the version that is enabled, or as it would be.
// A federated type stands for the type of what it declares.
func (f *federating) known(kind federatedkind.Kind) wantedType {
	for _, t := range f.types {
		federated := t.Spec.FederatedType.Type()
		if kind.Target.String() == t.Name || kind.Target.GroupKind() == federated.GroupKind() {
			return wantedType{target: t.Spec.TargetType.Type(), federated: federated, enabled: true}
		}
	}
	return wantedType{target: kind.Target, federated: kind.Federated()}
}

// read reads an object of the host.
func (f *federating) read(ctx context.Context, t wantedType, namespace, name string) (*unstructured.Unstructured, error) {
	objects, where := f.Dynamic.Resource(t.target.GroupVersionResource()), ""
	get := objects.Get
	if t.target.Scope == federation.NamespaceScoped {
		get, where = objects.Namespace(namespace).Get, fmt.Sprintf(" in namespace %q", namespace)
	}
	object, err := get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("the host has no %s %q%s", t.target.Kind, name, where)
	}
	return object, err
}

// add notes an object that is to be federated.
func (f *federating) add(t wantedType, o *unstructured.Unstructured) {
	r := federate.Object(o, federate.Options{Federated: t.federated, Clusters: f.named(), Pinned: f.pinned})
	f.tellLeftOut(o, r)
	f.wants = append(f.wants, want{of: t, object: o, Result: r})
}

// lacking are the types that are not enabled, each once.
func (f *federating) lacking() []string {
	var names []string
	for _, w := range f.wants {
		if name := w.of.target.String(); !w.of.enabled && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
