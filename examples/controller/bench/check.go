package main

import (
	"context"
	"fmt"
	"reflect"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/controlplane"
)

// ownConfigMap is in every namespace of a cluster whose controllers run. It is
// nobody's copy.
const ownConfigMap = "kube-root-ca.crt"

// checker checks that a phase has really been done. It looks once: what is not
// right when somebody said that it is, is an error.
type checker struct{ members []*controlplane.Server }

// check reads everything in a world.
func (c checker) check(ctx context.Context, d declarations, p phase) error {
	objects, err := d.list(ctx)
	if err != nil {
		return err
	}
	if err := d.agree("the host", objects, p, c.checkStatus); err != nil {
		return err
	}
	for _, m := range c.members {
		client, err := dynamic.NewForConfig(m.Config())
		if err != nil {
			return err
		}
		list, err := client.Resource(configMaps().GroupVersionResource()).Namespace(d.namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return fmt.Errorf("list the copies in %s: %w", m.Cluster(), err)
		}
		if err := d.agree(m.Cluster(), list.Items, p, func(o unstructured.Unstructured) error { return d.checkCopy(o, p) }); err != nil {
			return err
		}
	}
	return nil
}

// agree compares what is in one place with what should be there after a phase.
func (d declarations) agree(place string, found []unstructured.Unstructured, p phase, check func(unstructured.Unstructured) error) error {
	missing := map[string]bool{}
	if p != deleting {
		for _, name := range d.names {
			missing[name] = true
		}
	}
	for _, o := range found {
		switch name := o.GetName(); {
		case name == ownConfigMap:
		case !missing[name]:
			return fmt.Errorf("%s: %s is there and should not be", place, name)
		default:
			delete(missing, name)
			if err := check(o); err != nil {
				return fmt.Errorf("%s: %s: %w", place, name, err)
			}
		}
	}
	for name := range missing {
		return fmt.Errorf("%s: %d of %d objects are missing, such as %s", place, len(missing), len(d.names), name)
	}
	return nil
}

// checkCopy checks the contents of a copy.
func (d declarations) checkCopy(o unstructured.Unstructured, p phase) error {
	if got, want := o.Object["data"], data(p); !reflect.DeepEqual(got, any(want)) {
		return fmt.Errorf("holds %v, want %v", got, want)
	}
	labels := o.GetLabels()
	if labels["app"] != "bench" || labels[d.mark] != "true" {
		return fmt.Errorf("has labels %v, want app: bench and %s: \"true\"", labels, d.mark)
	}
	return nil
}

// checkStatus checks that a federated object is held, and that its status names
// every member and no trouble.
func (c checker) checkStatus(o unstructured.Unstructured) error {
	s, err := federatedkind.StatusOf(&o)
	if err != nil {
		return err
	}
	fine := map[string]bool{}
	for _, cluster := range s.Clusters {
		fine[cluster.Name] = cluster.Status == ""
	}
	for _, m := range c.members {
		if !fine[m.Cluster()] {
			return fmt.Errorf("the status does not say that %s holds it: %+v", m.Cluster(), s)
		}
	}
	if s.ObservedGeneration != o.GetGeneration() || len(o.GetFinalizers()) == 0 {
		return fmt.Errorf("generation %d, finalizers %v, and the status is of generation %d", o.GetGeneration(), o.GetFinalizers(), s.ObservedGeneration)
	}
	return nil
}
