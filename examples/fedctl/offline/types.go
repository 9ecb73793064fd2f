package offline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// configOf is the config of the type that a federated object is of: one in the files,
// or one made of what the object says itself.
func (s *Scene) configOf(object *unstructured.Unstructured) (*corev1beta1.FederatedTypeConfig, error) {
	kind := object.GroupVersionKind().GroupKind()
	for _, c := range s.configs {
		if f := c.Spec.FederatedType; (schema.GroupKind{Group: f.Group, Kind: f.Kind}) == kind {
			return c, nil
		}
	}
	target, err := s.targetOf(object)
	if err != nil {
		return nil, err
	}
	k := federatedkind.Kind{Target: target, GroupVersion: object.GroupVersionKind().GroupVersion()}
	return k.TypeConfig("").WithDefaults(), nil
}

// targetOf works out what a federated object declares objects of.
func (s *Scene) targetOf(object *unstructured.Unstructured) (federation.Type, error) {
	kind := strings.TrimPrefix(object.GetKind(), "Federated")
	said, _, _ := unstructured.NestedString(object.Object, "spec", "template", "apiVersion")
	text := cmp.Or(said, builtIn(kind), s.TargetAPIVersion)
	if text == "" {
		return federation.Type{}, fmt.Errorf("the group and version of %s are not known: write spec.template.apiVersion, "+
			"add the FederatedTypeConfig to the files, or say --target-api-version=GROUP/VERSION", kind)
	}
	version, err := schema.ParseGroupVersion(text)
	if err != nil {
		return federation.Type{}, fmt.Errorf("apiVersion %q of %s: want VERSION or GROUP/VERSION", text, kind)
	}
	scope := federation.NamespaceScoped
	if clusterScoped(version.Group, kind) {
		scope = federation.ClusterScoped
	}
	return federation.Type{Group: version.Group, Version: version.Version, Kind: kind, Resource: corev1beta1.PluralName(kind), Scope: scope}, nil
}

// builtIn is the apiVersion of a kind of Kubernetes itself, the newest one that is
// stable; empty where none or several groups have the kind.
func builtIn(kind string) string {
	var known []schema.GroupVersion
	for k := range scheme.Scheme.AllKnownTypes() {
		if k.Kind == kind && isStable(k.Version) {
			known = append(known, k.GroupVersion())
		}
	}
	slices.SortFunc(known, func(a, b schema.GroupVersion) int {
		return version.CompareKubeAwareVersionStrings(b.Version, a.Version)
	})
	if len(known) == 0 || slices.ContainsFunc(known, func(v schema.GroupVersion) bool { return v.Group != known[0].Group }) {
		return ""
	}
	return known[0].String()
}

// isStable says of a version that it is neither alpha, beta nor internal.
func isStable(version string) bool {
	digits, is := strings.CutPrefix(version, "v")
	return is && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// clusterScoped says of a kind of Kubernetes itself that its objects are in no
// namespace. Which scope others have is in no file but their definition's: they count
// as namespaced, and one that says no namespace gets none.
func clusterScoped(group, kind string) bool {
	switch group {
	case "":
		return slices.Contains([]string{"Namespace", "Node", "PersistentVolume"}, kind)
	case "apps", "batch", "autoscaling", "policy", "discovery.k8s.io", "coordination.k8s.io", "events.k8s.io":
		return false
	case "rbac.authorization.k8s.io":
		return kind == "ClusterRole" || kind == "ClusterRoleBinding"
	case "networking.k8s.io":
		return kind == "IngressClass" || kind == "IPAddress" || kind == "ServiceCIDR"
	case "storage.k8s.io":
		return kind != "CSIStorageCapacity"
	case "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "scheduling.k8s.io", "node.k8s.io",
		"flowcontrol.apiserver.k8s.io", "certificates.k8s.io":
		return true
	}
	return false
}
