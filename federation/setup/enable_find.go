package setup

import (
	"fmt"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// Wish is a type that is to be federated, and how.
type Wish struct {
	// Name is what people call the type, in upper or lower case: its plural,
	// singular or short name, or its kind, with or without a dot and the group
	// ("deployments.apps", "deploy"). Without a group, a type of the core group is
	// meant before all others.
	Name string
	// Version is that of the objects in the members, any that the host serves;
	// empty is the one that it prefers.
	Version string
	// Federated are group and version of the type that declares the objects. What is
	// empty in it is federatedkind.DefaultGroup or DefaultVersion.
	Federated schema.GroupVersion
}

// Served are the types that a host serves, each in all its versions. A version that
// is preferred comes before others of the same type.
type Served []metav1.APIResource

// ServedOf makes Served of what discovery tells.
func ServedOf(groups []*metav1.APIGroup, lists []*metav1.APIResourceList) Served {
	byVersion := map[string][]metav1.APIResource{}
	for _, list := range lists {
		byVersion[list.GroupVersion] = list.APIResources
	}
	var all Served
	for _, group := range groups {
		versions := []metav1.GroupVersionForDiscovery{group.PreferredVersion}
		for _, v := range group.Versions {
			if v != group.PreferredVersion {
				versions = append(versions, v)
			}
		}
		for _, v := range versions {
			for _, r := range byVersion[v.GroupVersion] {
				r.Group, r.Version = group.Name, v.Version
				all = append(all, r)
			}
		}
	}
	return all
}

// with adds the type that a definition defines, in versions that are not known yet.
func (s Served) with(d *apiextensionsv1.CustomResourceDefinition) Served {
	for _, v := range d.Spec.Versions {
		known := slices.ContainsFunc(s, func(r metav1.APIResource) bool {
			return r.Group == d.Spec.Group && r.Version == v.Name && r.Name == d.Spec.Names.Plural
		})
		if v.Served && !known {
			s = append(s, metav1.APIResource{
				Group: d.Spec.Group, Version: v.Name, Kind: d.Spec.Names.Kind, Name: d.Spec.Names.Plural,
				SingularName: d.Spec.Names.Singular, ShortNames: d.Spec.Names.ShortNames,
				Namespaced: d.Spec.Scope == apiextensionsv1.NamespaceScoped, Verbs: lasting(),
			})
		}
	}
	return s
}

// Find finds what a wish is about. The error says so when several types are called
// so, when none is, when the type is not served in that version, or when it has no
// objects that could be federated.
func (s Served) Find(w Wish) (federatedkind.Kind, error) {
	if group := w.Federated.Group; group != "" && !strings.Contains(group, ".") {
		return federatedkind.Kind{}, fmt.Errorf("type %q: federated group %q: want a domain with at least one dot, such as types.example.com", w.Name, group)
	}
	found, err := s.called(w.Name)
	if err != nil {
		return federatedkind.Kind{}, err
	}
	r, err := inVersion(found, w)
	if err != nil {
		return federatedkind.Kind{}, err
	}
	for _, verb := range lasting() {
		if !slices.Contains(r.Verbs, verb) {
			return federatedkind.Kind{}, fmt.Errorf("type %q: the host cannot %s its objects, so they cannot be federated", w.Name, verb)
		}
	}
	kind := federatedkind.Discovered(r)
	kind.GroupVersion = w.Federated
	kind.ShortNames = s.free(kind)
	return kind, nil
}

// lasting are the verbs of types whose objects can be declared.
func lasting() metav1.Verbs {
	return metav1.Verbs{"create", "get", "list", "watch", "patch", "delete"}
}

// called are all versions of the one type that people call so.
func (s Served) called(name string) (Served, error) {
	var names []string
	found := map[string]Served{}
	for _, r := range s {
		if !isCalled(r, strings.ToLower(name)) {
			continue
		}
		known := schema.GroupResource{Group: r.Group, Resource: r.Name}.String()
		if len(found[known]) == 0 {
			names = append(names, known)
		}
		found[known] = append(found[known], r)
	}
	core := slices.IndexFunc(names, func(n string) bool { return found[n][0].Group == "" })
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("type %q: the host serves no such resource; write its plural name and group, such as deployments.apps", name)
	case core >= 0:
		return found[names[core]], nil
	case len(names) > 1:
		return nil, fmt.Errorf("type %q: several are called so: %s; write the plural name and the group of one", name, strings.Join(names, ", "))
	}
	return found[names[0]], nil
}

// isCalled says whether people call the type so. Subresources have no names.
func isCalled(r metav1.APIResource, name string) bool {
	if strings.Contains(r.Name, "/") {
		return false
	}
	word, group, qualified := strings.Cut(name, ".")
	if qualified && group != r.Group {
		return false
	}
	return slices.Contains(append([]string{r.Name, r.SingularName, strings.ToLower(r.Kind)}, r.ShortNames...), word)
}

func inVersion(found Served, w Wish) (metav1.APIResource, error) {
	var versions []string
	for _, r := range found {
		if w.Version == "" || w.Version == r.Version {
			return r, nil
		}
		versions = append(versions, r.Version)
	}
	return metav1.APIResource{}, fmt.Errorf("type %q: the host does not serve version %q of it; it serves %s", w.Name, w.Version, strings.Join(versions, ", "))
}

// free are those short names that, with an f before them, no other federated type of
// the same group has: one that is taken would keep the whole definition from being
// served.
func (s Served) free(kind federatedkind.Kind) []string {
	federated := kind.Federated()
	return slices.DeleteFunc(slices.Clone(kind.ShortNames), func(name string) bool {
		return slices.ContainsFunc(s, func(r metav1.APIResource) bool {
			return r.Group == federated.Group && r.Name != federated.Resource && slices.Contains(r.ShortNames, "f"+name)
		})
	})
}

// and adds the federated type of a kind, so that the next kind finds its short names
// taken.
func (s Served) and(kind federatedkind.Kind) Served {
	federated, taken := kind.Federated(), metav1.APIResource{}
	taken.Group, taken.Name = federated.Group, federated.Resource
	for _, name := range kind.ShortNames {
		taken.ShortNames = append(taken.ShortNames, "f"+name)
	}
	return append(s, taken)
}
