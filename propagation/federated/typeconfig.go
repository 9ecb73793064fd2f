package federated

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

func isEnabled(config *corev1beta1.FederatedTypeConfig) bool {
	return config.Spec.Propagation == corev1beta1.Enabled && config.DeletionTimestamp == nil
}

// namespacesConfig is the config of namespaces, when it is enabled.
func namespacesConfig(configs map[string]*corev1beta1.FederatedTypeConfig) *corev1beta1.FederatedTypeConfig {
	if config := configs[corev1beta1.NamespacesTypeConfig]; config != nil && isEnabled(config) {
		return config
	}
	return nil
}

// wanted are the loops that the configs ask for, and why some ask for less than
// they should. A type that is not carried, and was, still has its deletions
// served.
func (t *Types) wanted(configs map[string]*corev1beta1.FederatedTypeConfig) (map[string]version, map[string]error) {
	want, reasons := map[string]version{}, map[string]error{}
	inForce := namespacesConfig(configs)
	for name, config := range configs {
		switch reasons[name] = refusal(config, t.Scope, inForce); {
		case isEnabled(config) && reasons[name] == nil && !t.isBoundAlone(name):
			want[name] = versionOf(config, inForce)
		case isClaimed(config) && !t.isSwept(config):
			want[name] = deletionsOf(config)
		}
	}
	if of := configs[corev1beta1.NamespacesTypeConfig]; inForce != nil || want[corev1beta1.NamespacesTypeConfig] != (version{}) {
		want[namespacesLoop] = version{uid: string(of.UID), generation: of.Generation}
	}
	return want, reasons
}

// isBoundAlone says of the config of namespaces that nothing is carried for it,
// as in KubeFed: the one namespace there is is the federation's own, and a
// FederatedNamespace in it says only how far what is in it may go.
func (t *Types) isBoundAlone(config string) bool {
	return config == corev1beta1.NamespacesTypeConfig && t.Scope == federation.NamespaceScoped
}

// deletionsOf tells the loop that serves the deletions of a type alone. They
// need no bounds.
func deletionsOf(config *corev1beta1.FederatedTypeConfig) version {
	v := versionOf(config, nil)
	if config.Name == corev1beta1.NamespacesTypeConfig {
		v = versionOf(config, config) // the host's own namespaces are spared
	}
	v.serve = ServeDeletions
	return v
}

// versionOf tells the loop that a config asks for. What is in namespaces asks
// for the config of namespaces as well.
func versionOf(config, namespaces *corev1beta1.FederatedTypeConfig) version {
	v := version{uid: string(config.UID), generation: config.Generation}
	if namespaces != nil && (config.Spec.TargetType.Scope == federation.NamespaceScoped || config.Name == namespaces.Name) {
		v.namespaces = fmt.Sprintf("%s/%d", namespaces.UID, namespaces.Generation)
	}
	return v
}

// refusal says why an enabled config cannot be followed; nil when it can.
func refusal(config *corev1beta1.FederatedTypeConfig, scope federation.Scope, namespaces *corev1beta1.FederatedTypeConfig) error {
	target, federated := config.Spec.TargetType, config.Spec.FederatedType
	isNamespaces := config.Name == corev1beta1.NamespacesTypeConfig
	switch {
	case !isEnabled(config):
		return nil
	case scope == federation.NamespaceScoped && target.Scope == federation.ClusterScoped && !isNamespaces:
		return fmt.Errorf("spec.targetType.scope is Cluster, but the federation has scope Namespaced: only types in namespaces can be federated in it")
	case isNamespaces && federated.Scope != federation.NamespaceScoped:
		return fmt.Errorf("spec.federatedType.scope: a %s lives in the namespace that it declares; set it to Namespaced", federated.Kind)
	case !isNamespaces && target.Scope != federated.Scope:
		return fmt.Errorf("spec.targetType.scope is %s and spec.federatedType.scope is %s; they have to be the same", target.Scope, federated.Scope)
	case scope == federation.ClusterScoped && target.Scope == federation.NamespaceScoped && namespaces == nil:
		return fmt.Errorf("there is no enabled FederatedTypeConfig %q, which says where namespaces are; create it first", corev1beta1.NamespacesTypeConfig)
	}
	return nil
}

// tell writes the config's status when it changed, and lets a deleted config go
// when it may. A refusal is an event when it is new.
func (t *Types) tell(ctx context.Context, config *corev1beta1.FederatedTypeConfig, refused error) error {
	switch {
	case config.DeletionTimestamp != nil && t.isSwept(config):
		return t.letGo(ctx, config)
	case config.DeletionTimestamp != nil:
		return refused // there are objects with our finalizer yet
	}
	now := corev1beta1.FederatedTypeConfigStatus{
		ObservedGeneration:    config.Generation,
		PropagationController: corev1beta1.NotRunning,
		StatusController:      config.Status.StatusController,
	}
	if now.StatusController != "" || config.Spec.StatusType != nil {
		now.StatusController = corev1beta1.NotRunning
	}
	if l := t.loops[config.Name]; l != nil && l.of.serve == ServeAll {
		now.PropagationController = corev1beta1.Running
		if CollectsServices(config) {
			now.StatusController = corev1beta1.Running
		}
	}
	if now == config.Status {
		return nil
	}
	if refused != nil {
		t.event(config, "NotRunning", refused.Error())
		t.Logger.Info("type is not carried", "type", config.Name, "reason", refused.Error())
	}
	return t.patch(ctx, config, map[string]any{"status": now}, "status")
}

// letGo takes the finalizer off a config whose loop has ended.
func (t *Types) letGo(ctx context.Context, config *corev1beta1.FederatedTypeConfig) error {
	left := slices.DeleteFunc(slices.Clone(config.Finalizers), func(f string) bool { return f == corev1beta1.TypeConfigFinalizer })
	if len(left) == len(config.Finalizers) {
		return nil
	}
	return t.patch(ctx, config, map[string]any{"metadata": map[string]any{
		"resourceVersion": config.ResourceVersion, "finalizers": left,
	}})
}

func (t *Types) patch(ctx context.Context, config *corev1beta1.FederatedTypeConfig, change map[string]any, subresource ...string) error {
	body, err := json.Marshal(change)
	if err != nil {
		return fmt.Errorf("encode patch: %w", err)
	}
	_, err = t.Writer.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(config.Namespace).
		Patch(ctx, config.Name, types.MergePatchType, body, metav1.PatchOptions{}, subresource...)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("FederatedTypeConfig %s: %w", config.Name, err)
	}
	return nil
}
