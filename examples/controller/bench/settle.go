package main

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

func namespaces() federation.Type {
	return federation.Type{Version: "v1", Kind: "Namespace", Resource: "namespaces", Scope: federation.ClusterScoped}
}

// settle has the controller do what is not measured: it carries the namespace of
// its world to the members, and no ConfigMaps yet.
func (c *controller) settle(ctx context.Context, g *ground) error {
	if err := c.turn(ctx, configMaps().Resource, corev1beta1.Disabled); err != nil {
		return err
	}
	client, err := dynamic.NewForConfig(g.host.Config())
	if err != nil {
		return err
	}
	d := declarationsOf(client, controlled(), 0)
	d.kind, d.names = federatedkind.Kind{Target: namespaces()}, []string{d.namespace}
	t := d.kind.Federated()
	_, err = client.Resource(t.GroupVersionResource()).Namespace(d.namespace).Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": t.GroupVersionKind().GroupVersion().String(),
		"kind":       t.Kind,
		"metadata":   map[string]any{"name": d.namespace, "namespace": d.namespace},
		"spec":       map[string]any{"placement": map[string]any{"clusterSelector": map[string]any{}}}, // everywhere
	}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	watcher, err := watchHost(ctx, g.host.Config(), d, creating)
	if err != nil {
		return err
	}
	defer watcher.close()
	if _, err := watcher.wait(ctx); err != nil {
		return fmt.Errorf("carry namespace %s to the members: %w", d.namespace, err)
	}
	return nil
}
