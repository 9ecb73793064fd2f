package main

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// declarers are how many objects are declared at a time.
const declarers = 8

// declarations are the federated objects of a world, on the host.
type declarations struct {
	world
	host  dynamic.ResourceInterface
	names []string
}

// declarationsOf are n objects, of which none is there yet.
func declarationsOf(client dynamic.Interface, w world, n int) declarations {
	d := declarations{world: w, names: make([]string, n)}
	d.host = client.Resource(w.kind.Federated().GroupVersionResource()).Namespace(w.namespace)
	for i := range d.names {
		d.names[i] = fmt.Sprintf("config-%05d", i)
	}
	return d
}

// declare makes the wish of a phase for every object.
func (d declarations) declare(ctx context.Context, p phase) error {
	wish := map[phase]func(context.Context, string) error{
		creating: d.create, updating: d.change, deleting: d.delete,
	}[p]
	todo := newStage[string](len(d.names))
	for _, name := range d.names {
		todo.put(name)
	}
	if err := together(ctx, times(declarers, todo.each(wish))...); err != nil {
		return fmt.Errorf("declare what to %s: %w", p, err)
	}
	return nil
}

func (d declarations) create(ctx context.Context, name string) error {
	t := d.kind.Federated()
	_, err := d.host.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": t.GroupVersionKind().GroupVersion().String(),
		"kind":       t.Kind,
		"metadata":   map[string]any{"name": name, "namespace": d.namespace},
		"spec": map[string]any{
			"template":  template(creating),
			"placement": map[string]any{"clusterSelector": map[string]any{}}, // everywhere
		},
	}}, metav1.CreateOptions{})
	return err
}

func (d declarations) change(ctx context.Context, name string) error {
	body, err := json.Marshal(map[string]any{"spec": map[string]any{"template": template(updating)}})
	if err != nil {
		return err
	}
	_, err = d.host.Patch(ctx, name, types.MergePatchType, body, metav1.PatchOptions{})
	return err
}

// delete asks for it: the finalizer keeps the object until its copies are gone.
func (d declarations) delete(ctx context.Context, name string) error {
	return d.host.Delete(ctx, name, metav1.DeleteOptions{})
}

// list reads the federated objects.
func (d declarations) list(ctx context.Context) ([]unstructured.Unstructured, error) {
	list, err := d.host.List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list the objects of the host: %w", err)
	}
	return list.Items, nil
}
