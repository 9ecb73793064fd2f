package owned

import (
	"cmp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// Children are the objects that one of the family owns, by kind and name. An object
// whose owner could not be read is a child of the root, if the root's selector chose it.
func (f Family) Children(of types.UID) []unstructured.Unstructured {
	var children []unstructured.Unstructured
	for _, o := range f.Others {
		if f.parent(o) == of {
			children = append(children, o)
		}
	}
	slices.SortStableFunc(children, func(a, b unstructured.Unstructured) int {
		return cmp.Or(cmp.Compare(a.GetKind(), b.GetKind()), cmp.Compare(a.GetName(), b.GetName()))
	})
	return children
}

// All are the root and what it owns, also through others, from above.
func (f Family) All() []unstructured.Unstructured {
	if f.Root == nil {
		return nil
	}
	all := []unstructured.Unstructured{*f.Root}
	for i := 0; i < len(all); i++ {
		all = append(all, f.Children(all[i].GetUID())...)
	}
	return all
}

// parent is the UID of an object's owner in the family; empty where it has none there.
func (f Family) parent(o unstructured.Unstructured) types.UID {
	for _, owner := range o.GetOwnerReferences() {
		if f.has(owner.UID) && owner.UID != o.GetUID() {
			return owner.UID
		}
	}
	controller := metav1.GetControllerOf(&o)
	if f.Root != nil && controller != nil && SelectorOf(f.Root) != "" && !f.reads(controller.Kind) && f.isAbove(controller.Kind, o.GetKind()) {
		return f.Root.GetUID()
	}
	return ""
}

func (f Family) has(uid types.UID) bool {
	return f.Root != nil && f.Root.GetUID() == uid ||
		slices.ContainsFunc(f.Others, func(o unstructured.Unstructured) bool { return o.GetUID() == uid })
}

// reads says whether any object of that kind was read.
func (f Family) reads(kind string) bool {
	return slices.ContainsFunc(f.Others, func(o unstructured.Unstructured) bool { return o.GetKind() == kind })
}

// isAbove says whether objects of a kind stand between the root and those of another.
func (f Family) isAbove(kindAbove, kindBelow string) bool {
	names := []string{}
	for _, k := range below(f.Root.GroupVersionKind().GroupKind()) {
		names = append(names, k.name)
	}
	above, under := slices.Index(names, kindAbove), slices.Index(names, kindBelow)
	return above >= 0 && under > above
}
