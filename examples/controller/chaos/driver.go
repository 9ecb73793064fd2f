package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

func configMaps() federation.Type {
	return federation.Type{Version: "v1", Kind: "ConfigMap", Resource: "configmaps", Scope: federation.NamespaceScoped}
}

// driver declares what should be where, and remembers it. What it does is drawn
// beforehand, so that it depends on nothing but the seed.
type driver struct {
	random  *rand.Rand
	members []string
	host    dynamic.ResourceInterface
	spaces  dynamic.ResourceInterface // the FederatedNamespaces
	wishes  map[string]spec           // by name
	made    int
	free    []string // names of objects that are gone
	leaving []string // names of objects that are asked to go
}

// spec is that of a federated ConfigMap.
type spec map[string]any

// operation makes a wish come true: a spec, or, when that is nil, that the object
// goes.
type operation struct {
	name   string
	spec   spec
	create bool
}

func newDriver(g *ground, random *rand.Rand) (*driver, error) {
	client, err := dynamic.NewForConfig(g.host.Config())
	if err != nil {
		return nil, err
	}
	resource := func(t federation.Type) dynamic.ResourceInterface {
		return client.Resource(federatedkind.Kind{Target: t}.Federated().GroupVersionResource()).Namespace(namespace)
	}
	d := &driver{random: random, host: resource(configMaps()), wishes: map[string]spec{}}
	for _, m := range g.members {
		d.members = append(d.members, m.name)
	}
	d.spaces = resource(federation.Type{Version: "v1", Kind: "Namespace", Resource: "namespaces", Scope: federation.ClusterScoped})
	return d, nil
}

// fill draws n objects.
func (d *driver) fill(n int) []operation {
	all := make([]operation, n)
	for i := range all {
		all[i] = d.create()
	}
	return all
}

// empty is that all objects go.
func (d *driver) empty() []operation {
	var all []operation
	for _, name := range slices.Sorted(maps.Keys(d.wishes)) {
		all = append(all, d.remove(name))
	}
	return all
}

// script draws n operations, after which there are as many objects as before,
// about. Objects that were asked to go before are gone by now.
func (d *driver) script(n int) []operation {
	d.free, d.leaving = append(d.free, d.leaving...), nil
	all := make([]operation, n)
	for i := range all {
		all[i] = d.draw()
	}
	return all
}

func (d *driver) draw() operation {
	there := slices.Sorted(maps.Keys(d.wishes))
	if len(there) == 0 {
		return d.create()
	}
	name := there[d.random.IntN(len(there))]
	s := maps.Clone(d.wishes[name])
	switch d.random.IntN(6) {
	case 0:
		return d.create()
	case 1:
		return d.remove(name)
	case 2:
		s["placement"] = d.placement()
	case 3:
		s["overrides"] = d.overrides()
	default:
		s["template"] = d.template(name)
	}
	d.wishes[name] = s
	return operation{name: name, spec: s}
}

// create draws a new object, which may have the name of one that is gone.
func (d *driver) create() operation {
	d.made++
	name := fmt.Sprintf("config-%05d", d.made)
	if len(d.free) > 0 && d.random.IntN(2) == 0 {
		name, d.free = d.free[0], d.free[1:]
	}
	s := spec{"template": d.template(name), "placement": d.placement(), "overrides": d.overrides()}
	d.wishes[name] = s
	return operation{name: name, spec: s, create: true}
}

func (d *driver) remove(name string) operation {
	delete(d.wishes, name)
	d.leaving = append(d.leaving, name)
	return operation{name: name}
}

// template has a field that every copy has, and one that comes and goes.
func (d *driver) template(name string) any {
	data := map[string]any{"name": name, "color": fmt.Sprintf("color-%d", d.random.IntN(1000))}
	if d.random.IntN(2) == 0 {
		data["size"] = fmt.Sprint(d.random.IntN(1000))
	}
	return map[string]any{"metadata": map[string]any{"labels": map[string]any{"app": "chaos"}}, "data": data}
}

// placement is everywhere, twice out of three times.
func (d *driver) placement() any {
	if d.random.IntN(3) > 0 {
		return map[string]any{"clusterSelector": map[string]any{}}
	}
	clusters := []any{}
	for _, name := range d.members {
		if d.random.IntN(2) == 0 {
			clusters = append(clusters, map[string]any{"name": name})
		}
	}
	return map[string]any{"clusters": clusters}
}

// overrides are none, twice out of three times.
func (d *driver) overrides() any {
	list := []any{}
	if d.random.IntN(3) == 0 {
		list = append(list, map[string]any{
			"clusterName":      d.members[d.random.IntN(len(d.members))],
			"clusterOverrides": []any{map[string]any{"path": "/data/color", "value": fmt.Sprintf("own-%d", d.random.IntN(1000))}},
		})
	}
	return list
}

// play does the operations one after the other, each until the host has answered
// that it is done, and calls what is there to be called before one.
func (d *driver) play(ctx context.Context, all []operation, before map[int]func()) error {
	if err := d.untilDone(ctx, d.federateNamespace); err != nil {
		return err
	}
	for i, o := range all {
		if call := before[i]; call != nil {
			call()
		}
		if err := d.untilDone(ctx, func(ctx context.Context) error { return d.do(ctx, o) }); err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
	}
	return nil
}

// untilDone tries again while nobody answers, or with an error of its own.
func (d *driver) untilDone(ctx context.Context, try func(context.Context) error) error {
	for {
		err := try(ctx)
		if err == nil || apierrors.IsInvalid(err) || apierrors.IsBadRequest(err) {
			return err
		}
		if pause(ctx, pollPeriod) != nil {
			return fmt.Errorf("%w; last: %w", context.Cause(ctx), err)
		}
	}
}

// do is one try. What another try has done already is done.
func (d *driver) do(ctx context.Context, o operation) error {
	switch {
	case o.spec == nil:
		err := d.host.Delete(ctx, o.name, metav1.DeleteOptions{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return err
	case o.create:
		_, err := d.host.Create(ctx, o.object(), metav1.CreateOptions{})
		if apierrors.IsAlreadyExists(err) {
			return nil // nobody else makes objects, and those of that name before are gone
		}
		return err
	}
	whole, err := json.Marshal([]map[string]any{{"op": "replace", "path": "/spec", "value": o.spec}}) // a merge would leave what it does not name
	if err != nil {
		return err
	}
	_, err = d.host.Patch(ctx, o.name, types.JSONPatchType, whole, metav1.PatchOptions{})
	return err
}

// object is the federated object.
func (o operation) object() *unstructured.Unstructured {
	t := federatedkind.Kind{Target: configMaps()}.Federated()
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": t.GroupVersionKind().GroupVersion().String(), "kind": t.Kind,
		"metadata": map[string]any{"name": o.name, "namespace": namespace},
		"spec":     map[string]any(o.spec),
	}}
}

// wanted are the federated objects as they should be.
func (d *driver) wanted() []unstructured.Unstructured {
	all := make([]unstructured.Unstructured, 0, len(d.wishes))
	for _, name := range slices.Sorted(maps.Keys(d.wishes)) {
		all = append(all, *operation{name: name, spec: d.wishes[name]}.object())
	}
	return all
}

// federateNamespace has the namespace be in every member.
func (d *driver) federateNamespace(ctx context.Context) error {
	t := federatedkind.Kind{Target: federation.Type{Version: "v1", Kind: "Namespace", Resource: "namespaces"}}.Federated()
	_, err := d.spaces.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": t.GroupVersionKind().GroupVersion().String(), "kind": t.Kind,
		"metadata": map[string]any{"name": namespace, "namespace": namespace},
		"spec":     map[string]any{"placement": map[string]any{"clusterSelector": map[string]any{}}},
	}}, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
