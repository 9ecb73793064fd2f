package setup

import (
	"context"
	"fmt"
	"slices"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// MayEnable says what in the configs of a host, with defaults, speaks against
// federating a kind; nil when nothing does. A type that is enabled keeps the type
// that declares its objects. Two configs never share one of those. Objects that are
// served in two groups are federated in one of them.
func MayEnable(kind federatedkind.Kind, configs []corev1beta1.FederatedTypeConfig) error {
	name, federated := kind.Target.String(), kind.Federated()
	if own := find(configs, name); own != nil {
		if own.DeletionTimestamp != nil {
			return fmt.Errorf("type %q: its FederatedTypeConfig is being deleted; wait until it is gone", name)
		}
		if is := own.Spec.FederatedType.Type(); own.Spec.Propagation == corev1beta1.Enabled && is != federated {
			return fmt.Errorf("type %q: it is enabled with the federated type %s, not %s; disable it first",
				name, is.GroupVersionKind(), federated.GroupVersionKind())
		}
	}
	for _, other := range configs {
		if other.Name == name {
			continue
		}
		if other.Spec.FederatedType.Type().String() == federated.String() {
			return fmt.Errorf("type %q: %s declares the objects of FederatedTypeConfig %q; choose another federated group", name, federated, other.Name)
		}
		if sameObjects(kind.Target.Resource, kind.Target.Group, other.Spec.TargetType.PluralName, other.Spec.TargetType.Group) {
			return fmt.Errorf("type %q: its objects are those of FederatedTypeConfig %q, served in another group; disable that first", name, other.Name)
		}
	}
	return nil
}

// sameObjects says whether API servers serve, or once served, the same objects of
// Kubernetes in two groups.
func sameObjects(plural, group, otherPlural, otherGroup string) bool {
	groups := map[string][]string{
		"daemonsets":          {"apps", "extensions"},
		"deployments":         {"apps", "extensions"},
		"replicasets":         {"apps", "extensions"},
		"statefulsets":        {"apps", "extensions"},
		"ingresses":           {"networking.k8s.io", "extensions"},
		"networkpolicies":     {"networking.k8s.io", "extensions"},
		"podsecuritypolicies": {"policy", "extensions"},
		"events":              {"", "events.k8s.io"},
	}[plural]
	return plural == otherPlural && slices.Contains(groups, group) && slices.Contains(groups, otherGroup)
}

func find(configs []corev1beta1.FederatedTypeConfig, name string) *corev1beta1.FederatedTypeConfig {
	i := slices.IndexFunc(configs, func(c corev1beta1.FederatedTypeConfig) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &configs[i]
}

// mayDefine says whether the federated kind is defined, and what speaks against
// defining it as it should be.
func (w writer) mayDefine(ctx context.Context, kind federatedkind.Kind) (defined bool, err error) {
	found, err := w.definition(ctx, kind.Federated().String())
	if err != nil || found == nil {
		return false, err
	}
	return true, mayReplace(kind, found)
}

// mayReplace says what speaks against putting the definition of a federated kind in
// the place of one that is there.
func mayReplace(kind federatedkind.Kind, found *apiextensionsv1.CustomResourceDefinition) error {
	federated := kind.Federated()
	if found.Spec.Names.Kind != federated.Kind || string(found.Spec.Scope) != string(federated.Scope) {
		return fmt.Errorf("type %q: CustomResourceDefinition %q is there, of the kind %s and the scope %s, and not ours; choose another federated group",
			kind.Target, found.Name, found.Spec.Names.Kind, found.Spec.Scope)
	}
	for _, stored := range found.Status.StoredVersions {
		if stored != federated.Version {
			return fmt.Errorf("type %q: CustomResourceDefinition %q keeps objects of the version %s; delete it before you choose the federated version %s",
				kind.Target, found.Name, stored, federated.Version)
		}
	}
	return nil
}

// definition reads a CustomResourceDefinition; nil when there is none.
func (w writer) definition(ctx context.Context, name string) (*apiextensionsv1.CustomResourceDefinition, error) {
	found, err := w.client.Resource(customResourceDefinitions()).Get(ctx, name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("host: CustomResourceDefinition %q: %w", name, err)
	}
	d := &apiextensionsv1.CustomResourceDefinition{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(found.Object, d); err != nil {
		return nil, fmt.Errorf("host: CustomResourceDefinition %q: %w", name, err)
	}
	return d, nil
}
