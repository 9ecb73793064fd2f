package setup

import (
	"cmp"
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// settle writes the scope into the KubeFedConfig, if one is asked for, and
// returns the one that counts.
func (h Host) settle(ctx context.Context, w writer) (federation.Scope, error) {
	switch {
	case h.Scope == "" && h.Writing == Nowhere:
		return federation.ClusterScoped, nil // nobody is asked
	case h.Scope == "":
		return h.scope(ctx, w.client)
	}
	return h.Scope, w.apply(ctx, placed{corev1beta1.KubeFedConfigs(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": corev1beta1.GroupVersion().String(), "kind": "KubeFedConfig",
		"metadata": map[string]any{"name": corev1beta1.ConfigName, "namespace": h.Namespace},
		"spec":     map[string]any{"scope": string(h.Scope)},
	}}})
}

// scope reads the scope in the KubeFedConfig.
func (h Host) scope(ctx context.Context, client dynamic.Interface) (federation.Scope, error) {
	config, err := client.Resource(corev1beta1.KubeFedConfigs()).Namespace(h.Namespace).Get(ctx, corev1beta1.ConfigName, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return federation.ClusterScoped, nil
	case err != nil:
		return "", fmt.Errorf("get KubeFedConfig %q: %w", corev1beta1.ConfigName, err)
	}
	scope, _, err := unstructured.NestedString(config.Object, "spec", "scope")
	if err != nil {
		return "", fmt.Errorf("KubeFedConfig %q: %w", corev1beta1.ConfigName, err)
	}
	return cmp.Or(federation.Scope(scope), federation.ClusterScoped), nil
}
