package verbs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/federate"
)

// findContents finds what is in a namespace, by type and name.
func (f *federating) findContents(ctx context.Context, namespace string) error {
	lists, err := f.Discovery.ServerPreferredResources()
	if err != nil {
		return fmt.Errorf("host: --contents needs to know all types: %w", err)
	}
	left := 0
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			return fmt.Errorf("host: %w", err)
		}
		for _, r := range list.APIResources {
			r.Group, r.Version = gv.Group, gv.Version
			if !f.mayContain(r) {
				continue
			}
			others, err := f.findAll(ctx, f.known(federatedkind.Discovered(r)), namespace)
			if err != nil {
				return err
			}
			left += others
		}
	}
	slices.SortFunc(f.wants[1:], func(a, b want) int {
		return cmp.Or(cmp.Compare(a.of.target.String(), b.of.target.String()), cmp.Compare(a.object.GetName(), b.object.GetName()))
	})
	if left > 0 {
		f.Tell("%d objects are left to each cluster, for controllers own them or the cluster keeps them; --include-owned federates them, too", left)
	}
	return nil
}

// mayContain says whether objects of a type are looked for in a namespace.
func (f *federating) mayContain(r metav1.APIResource) bool {
	name := schema.GroupResource{Group: r.Group, Resource: r.Name}.String()
	declares := func() bool {
		for _, t := range f.types {
			if t.Spec.FederatedType.Type().String() == name {
				return true
			}
		}
		return r.Group == federatedkind.DefaultGroup
	}
	switch {
	case !r.Namespaced, strings.Contains(r.Name, "/"), !slices.Contains(r.Verbs, "list"), !slices.Contains(r.Verbs, "create"):
		return false
	case name == "endpoints", name == "events", name == "events.events.k8s.io", r.Group == "extensions":
		return false
	case r.Group == "core.kubefed.io", r.Group == "multiclusterdns.kubefed.io", r.Group == "scheduling.kubefed.io", strings.HasSuffix(r.Group, "fedrail.io"):
		return false // it is the federation's own
	}
	return !declares() && !f.skips(r)
}

// skips says whether somebody wants no objects of a type.
func (f *federating) skips(r metav1.APIResource) bool {
	words := append([]string{r.Name, r.SingularName, strings.ToLower(r.Kind), r.Group, r.Name + "." + r.Group}, r.ShortNames...)
	return slices.ContainsFunc(f.skip, func(word string) bool {
		return word != "" && slices.Contains(words, strings.ToLower(word))
	})
}

// findAll finds the objects of a type in a namespace, and says how many are nobody's to
// declare.
func (f *federating) findAll(ctx context.Context, t wantedType, namespace string) (others int, err error) {
	o := metav1.ListOptions{Limit: 500}
	for {
		list, err := f.Dynamic.Resource(t.target.GroupVersionResource()).Namespace(namespace).List(ctx, o)
		if err != nil {
			return 0, fmt.Errorf("list %s: %w; -s %s leaves them out", t.target, err, t.target)
		}
		for i := range list.Items {
			if f.declares(&list.Items[i]) {
				f.add(t, &list.Items[i])
			} else {
				others++
			}
		}
		if o.Continue = list.GetContinue(); o.Continue == "" {
			return others, nil
		}
	}
}

// declares says whether an object is somebody's to declare, and can be. Why it is not
// is told where it is not plain.
func (f *federating) declares(o *unstructured.Unstructured) bool {
	switch why := validation.IsDNS1123Subdomain(o.GetName()); {
	case o.GetDeletionTimestamp() != nil:
		f.Warn("%s %q is being deleted, and left out", o.GetKind(), o.GetName())
		return false
	case len(why) > 0:
		f.Warn("%s %q is left out: a federated object cannot have that name", o.GetKind(), o.GetName())
		return false
	}
	return f.owned || federate.Owner(o) == ""
}
