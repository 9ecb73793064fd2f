package verbs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/merged"
	"github.com/fedrail/fedrail/federation"
)

// showObjects shows federated objects, copies, or both.
func (g *getting) showObjects(ctx context.Context, t host.Type) error {
	var declared, copies cli.Result
	var partly error
	var err error
	if g.scope != scopeMembers {
		if declared, err = g.declared(ctx, t); err != nil {
			return err
		}
	}
	if g.scope != scopeHost {
		if copies, partly, err = g.copies(ctx, t); err != nil {
			return err
		}
	}
	return cmp.Or(g.showBoth(declared, copies), partly)
}

// showBoth shows what there is of two results: for people one below the other, for
// machines in one list.
func (g *getting) showBoth(declared, copies cli.Result) error {
	switch g.scope {
	case scopeHost:
		return g.Print(&g.output, declared)
	case scopeMembers:
		return g.Print(&g.output, copies)
	}
	if !g.output.IsForPeople() {
		both := listOf(slices.Concat(itemsOf(declared), itemsOf(copies)))
		return g.Print(&g.output, cli.Result{Object: both})
	}
	if err := g.Print(&g.output, declared); err != nil {
		return err
	}
	if len(declared.Table.Rows) > 0 && len(copies.Table.Rows) > 0 {
		if err := g.Say(""); err != nil {
			return err
		}
	}
	return g.Print(&g.output, copies)
}

func itemsOf(r cli.Result) []unstructured.Unstructured {
	list, _ := r.Object.(*unstructured.UnstructuredList)
	if list == nil {
		return nil
	}
	return list.Items
}

func listOf(items []unstructured.Unstructured) *unstructured.UnstructuredList {
	list := &unstructured.UnstructuredList{Items: items}
	list.SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "List"})
	return list
}

// copies are the objects of the type in the members that answer. Those that do not are
// told of, and partly is what the verb ends with.
func (g *getting) copies(ctx context.Context, t host.Type) (r cli.Result, partly, err error) {
	members, partly, err := allMembers(ctx, g.Session, g.host)
	if err == nil {
		members, err = host.Only(members, g.clusters)
	}
	if err != nil {
		return cli.Result{}, nil, err
	}
	if g.output.IsForPeople() {
		answers := host.Ask(ctx, g.host, members, g.Flags.MemberTimeout, g.table(t))
		r = cli.Result{Table: merged.Merge(partsOf(answers), g.columns(t))}
		r.Table.Empty = g.nothing(t, len(members))
		partly = g.missing(ctx, cmp.Or(unanswered(ctx, g.Session, answers), partly), namesIn(r.Table), t)
		return r, partly, nil
	}
	answers := host.Ask(ctx, g.host, members, g.Flags.MemberTimeout, g.objects(t))
	var items []unstructured.Unstructured
	var names []string
	for _, a := range answers {
		for _, item := range a.Value {
			items, names = append(items, from(a.Member.Name, item)), append(names, item.GetName())
		}
	}
	partly = g.missing(ctx, cmp.Or(unanswered(ctx, g.Session, answers), partly), names, t)
	return cli.Result{Object: listOf(items)}, partly, nil
}

// missing is what the verb ends with when objects were asked for by name and are
// nowhere, though all answered; else partly.
func (g *getting) missing(ctx context.Context, partly error, found []string, t host.Type) error {
	lacking := slices.DeleteFunc(slices.Clone(g.names), func(n string) bool { return slices.Contains(found, n) })
	if partly != nil || ctx.Err() != nil || len(lacking) == 0 {
		return partly
	}
	return fmt.Errorf("no cluster has the %s %q%s; \"get %s --scope=host\" says what is declared",
		t.Spec.TargetType.Kind, strings.Join(lacking, ", "), g.where(t), t.Name)
}

func (g *getting) nothing(t host.Type, clusters int) string {
	return fmt.Sprintf("no %s%s in %d clusters", t.Spec.TargetType.PluralName, g.where(t), clusters)
}

func (g *getting) where(t host.Type) string {
	if g.namespace == "" || t.Spec.TargetType.Scope == federation.ClusterScoped {
		return ""
	}
	return fmt.Sprintf(" in namespace %q", g.namespace)
}

// inMembers is the namespace of a type's objects in the members.
func (g *getting) inMembers(t host.Type) string {
	if t.Spec.TargetType.Scope == federation.ClusterScoped {
		return ""
	}
	return g.namespace
}

func (g *getting) columns(t host.Type) merged.Options {
	return merged.Options{Namespaces: g.inMembers(t) == "" && t.Spec.TargetType.Scope != federation.ClusterScoped}
}

// table asks a member for its table.
func (g *getting) table(t host.Type) func(context.Context, *rest.Config) (*metav1.Table, error) {
	return func(ctx context.Context, config *rest.Config) (*metav1.Table, error) {
		tables, err := host.NewTables(config, t.Spec.TargetType.Type().GroupVersionResource(), g.inMembers(t))
		if err != nil {
			return nil, err
		}
		var all *metav1.Table
		for _, o := range g.lists() {
			table, err := tables.List(ctx, o)
			if err != nil {
				return nil, err
			}
			if all == nil {
				all = table
				continue
			}
			all.Rows = append(all.Rows, table.Rows...)
		}
		return all, nil
	}
}

// objects asks a member for whole objects.
func (g *getting) objects(t host.Type) func(context.Context, *rest.Config) ([]unstructured.Unstructured, error) {
	return func(ctx context.Context, config *rest.Config) ([]unstructured.Unstructured, error) {
		client, err := dynamic.NewForConfig(config)
		if err != nil {
			return nil, err
		}
		return g.listed(ctx, client.Resource(t.Spec.TargetType.Type().GroupVersionResource()).Namespace(g.inMembers(t)))
	}
}

func (g *getting) listed(ctx context.Context, objects dynamic.ResourceInterface) ([]unstructured.Unstructured, error) {
	var all []unstructured.Unstructured
	for _, o := range g.lists() {
		list, err := objects.List(ctx, o)
		if err != nil {
			return nil, err
		}
		all = append(all, list.Items...)
	}
	return all, nil
}

// from is an object with a note of the cluster that it is from.
func from(cluster string, object unstructured.Unstructured) unstructured.Unstructured {
	object = *object.DeepCopy()
	notes := object.GetAnnotations()
	if notes == nil {
		notes = map[string]string{}
	}
	notes[ClusterAnnotation] = cluster
	object.SetAnnotations(notes)
	object.SetManagedFields(nil)
	return object
}

func partsOf(answers []host.Answer[*metav1.Table]) []merged.Part {
	var parts []merged.Part
	for _, a := range answers {
		if a.Err == nil {
			parts = append(parts, merged.Part{Cluster: a.Member.Name, Table: a.Value})
		}
	}
	return parts
}

func namesIn(t *cli.Table) []string {
	at := slices.IndexFunc(t.Columns, func(c cli.Column) bool { return c.Name == "NAME" })
	if at < 0 {
		return nil
	}
	names := make([]string, len(t.Rows))
	for i, row := range t.Rows {
		names[i] = row[at]
	}
	return names
}

// unanswered warns of each member that gave no answer, and is what the verb ends with
// if there are any.
func unanswered[T any](ctx context.Context, s *cli.Session, answers []host.Answer[T]) error {
	var partly error
	for _, a := range answers {
		if a.Err == nil {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.Warn("cluster %s: %s", a.Member.Name, oneLine(a.Err))
		partly = cli.Silently(cli.Partial)
	}
	return partly
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// declared are the federated objects of the type.
func (g *getting) declared(ctx context.Context, t host.Type) (cli.Result, error) {
	items, err := g.listed(ctx, g.host.Federated(t, g.onHost(t)))
	if err != nil {
		return cli.Result{}, fmt.Errorf("host: %w", err)
	}
	for _, name := range g.names {
		if !slices.ContainsFunc(items, func(u unstructured.Unstructured) bool { return u.GetName() == name }) {
			_, _, err := g.host.Find(ctx, host.Reference{Type: t.Name, Name: name}, g.namespace)
			return cli.Result{}, err
		}
	}
	for i := range items {
		items[i].SetManagedFields(nil)
	}
	items = slices.DeleteFunc(items, func(u unstructured.Unstructured) bool { return !isInAny(&u, g.clusters) })
	table, err := g.declaredTable(t, items, time.Now())
	return cli.Result{Object: listOf(items), Table: table}, err
}

// onHost is the namespace of a type's federated objects. Those of namespaces are each in
// their own.
func (g *getting) onHost(t host.Type) string {
	if t.IsNamespaces() {
		return ""
	}
	return g.namespace
}
