package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// Type is a type that is federated. Its config has defaults.
type Type struct {
	*corev1beta1.FederatedTypeConfig
	words []string // what people call it
}

// Types are those that are federated, by name, whether or not they are enabled.
func (h *Host) Types(ctx context.Context) ([]Type, error) {
	list, err := h.Dynamic.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(h.Namespace).List(ctx, metav1.ListOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, fmt.Errorf("the host does not know the kind FederatedTypeConfig: is this the host of a federation? \"fedctl install\" makes it one")
	case err != nil:
		return nil, fmt.Errorf("host: FederatedTypeConfigs in namespace %s: %w", h.Namespace, err)
	}
	short := h.shortNames()
	types := make([]Type, len(list.Items))
	for i := range list.Items {
		config, err := As[corev1beta1.FederatedTypeConfig](&list.Items[i])
		if err != nil {
			return nil, err
		}
		types[i] = typeOf(config.WithDefaults(), short)
	}
	return types, nil
}

// typeOf knows what people call the type: its own names and those of the federated
// kind; plural, singular, kind, short names, and each with the group.
func typeOf(config *corev1beta1.FederatedTypeConfig, short map[string][]string) Type {
	t := Type{FederatedTypeConfig: config}
	for _, r := range []corev1beta1.APIResource{config.Spec.TargetType, config.Spec.FederatedType} {
		name := r.Type().GroupVersionResource().GroupResource().String()
		for _, word := range append(short[name], strings.ToLower(r.Kind), r.PluralName) {
			t.words = append(t.words, word, word+"."+r.Group)
		}
	}
	return t
}

// Called says whether people call the type so.
func (t Type) Called(word string) bool {
	return slices.Contains(t.words, strings.ToLower(word))
}

// Type finds the federated type that people call so.
func (h *Host) Type(ctx context.Context, word string) (Type, error) {
	types, err := h.Types(ctx)
	if err != nil {
		return Type{}, err
	}
	return Choose(types, word)
}

// Choose finds the type that people call so among those. Where several have the name,
// the one in the core group is meant, if there is one.
func Choose(types []Type, word string) (Type, error) {
	var found []Type
	for _, t := range types {
		if t.Called(word) {
			found = append(found, t)
		}
	}
	switch i := slices.IndexFunc(found, func(t Type) bool { return t.Spec.TargetType.Group == "" }); {
	case len(found) == 1:
		return found[0], nil
	case i >= 0:
		return found[i], nil
	case len(found) > 1:
		return Type{}, fmt.Errorf("type %q: several are called so: %s; write the group as well", word, names(found))
	case len(types) == 0:
		return Type{}, errors.New("no type is federated yet: \"fedctl enable\" lets the federation carry one")
	}
	return Type{}, fmt.Errorf("type %q is not federated; these are: %s. \"fedctl enable %s\" adds it", word, names(types), word)
}

func names(types []Type) string {
	all := make([]string, len(types))
	for i, t := range types {
		all[i] = t.Name
	}
	return strings.Join(all, ", ")
}

// shortNames are those of the types that the host serves, and their singular names, by
// plural name and group. What cannot be found out now is left out.
func (h *Host) shortNames() map[string][]string {
	short := map[string][]string{}
	lists, _ := h.Discovery.ServerPreferredResources() // some groups may be out of order
	for _, list := range lists {
		_, group, _ := cutGroup(list.GroupVersion)
		for _, r := range list.APIResources {
			name := strings.TrimSuffix(r.Name+"."+group, ".")
			short[name] = append(slices.Clone(r.ShortNames), r.SingularName)
		}
	}
	return short
}

func cutGroup(groupVersion string) (version, group string, found bool) {
	group, version, found = strings.Cut(groupVersion, "/")
	if !found {
		return group, "", false
	}
	return version, group, true
}
