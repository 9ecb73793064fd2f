package preference

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/internal/sources"
)

// kinds are the types that are federated, in the order of their names.
type kinds []*corev1beta1.FederatedTypeConfig

// readKinds reads FederatedTypeConfigs. One that cannot be read counts as none:
// whoever carries objects says so.
func readKinds(configs []*unstructured.Unstructured) kinds {
	var all kinds
	for _, content := range configs {
		config := &corev1beta1.FederatedTypeConfig{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content.Object, config); err == nil {
			all = append(all, config.WithDefaults())
		}
	}
	slices.SortFunc(all, func(a, b *corev1beta1.FederatedTypeConfig) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// knownKinds are the kinds as they were last read. The zero knownKinds reads them.
type knownKinds struct {
	mu    sync.Mutex
	all   kinds
	fresh bool
}

// read are the kinds of these configs.
func (k *knownKinds) read(configs sources.Source) kinds {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.fresh {
		k.all, k.fresh = readKinds(configs.All()), true
	}
	return k.all
}

// forget has them read again.
func (k *knownKinds) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fresh = false
}

func carried(config *corev1beta1.FederatedTypeConfig) bool {
	return config.Spec.Propagation == corev1beta1.Enabled && config.DeletionTimestamp == nil
}

// find is the config of a federated kind. Of several it is the first that is
// carried. The error is a [*trouble].
func (all kinds) find(kind string) (*corev1beta1.FederatedTypeConfig, error) {
	var disabled *corev1beta1.FederatedTypeConfig
	for _, config := range all {
		switch federated := config.Spec.FederatedType; {
		case federated.Kind != kind:
		case federated.Scope != federation.NamespaceScoped:
			return nil, troublef(v1alpha1.InvalidTarget, "spec.targetKind: a %s is in no namespace, so no preference can have its namespace and name", kind)
		case carried(config):
			return config, nil
		default:
			disabled = config
		}
	}
	if disabled != nil {
		return nil, troublef(v1alpha1.TargetNotEnabled,
			"spec.targetKind: objects of kind %s are not carried to the clusters: set spec.propagation of FederatedTypeConfig %s to Enabled", kind, disabled.Name)
	}
	return nil, troublef(v1alpha1.UnknownTargetKind, "spec.targetKind: %s", all.unknown(kind))
}

// unknown says that a kind is not federated, and which are.
func (all kinds) unknown(kind string) string {
	var there []string
	near := ""
	for _, config := range all {
		if federated := config.Spec.FederatedType; federated.Scope == federation.NamespaceScoped {
			there = append(there, federated.Kind)
			if stem(federated.Kind) == stem(kind) {
				near = fmt.Sprintf("; did you mean %q?", federated.Kind)
			}
		}
	}
	if len(there) == 0 {
		return fmt.Sprintf("no type is federated as %q, nor is any other: create its FederatedTypeConfig", kind)
	}
	return fmt.Sprintf("no type is federated as %q%s There are %s", kind, cmp.Or(near, "."), strings.Join(there, ", "))
}

// stem is what people have in mind when they write a kind.
func stem(kind string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(kind), "federated"), "s")
}

// namespaces is the config of namespaces, and false where they are not federated.
func (all kinds) namespaces() (*corev1beta1.FederatedTypeConfig, bool) {
	i := slices.IndexFunc(all, func(c *corev1beta1.FederatedTypeConfig) bool { return c.Name == corev1beta1.NamespacesTypeConfig })
	if i < 0 || !carried(all[i]) {
		return nil, false
	}
	return all[i], true
}
