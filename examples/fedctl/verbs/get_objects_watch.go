package verbs

import (
	"context"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/merged"
)

// watchObjects tells of all objects, and then of each change, until ctx ends. Clusters
// that give no answer are told of, and asked again.
func (g *getting) watchObjects(ctx context.Context, t host.Type) error {
	p := newPrinting(g.Session, &g.output)
	var watching sync.WaitGroup
	defer watching.Wait()
	follow := func(f host.Followed) { watching.Go(func() { host.Follow(ctx, f) }) }
	if g.scope != scopeMembers {
		for _, o := range g.lists() {
			follow(on(g.host.Federated(t, g.onHost(t)), o).each(func(items []unstructured.Unstructured) error { return g.tellDeclared(p, t, items) },
				func(err error) { g.Warn("host: %v", err) }))
		}
	}
	if g.scope != scopeHost {
		members, _, err := allMembers(ctx, g.Session, g.host)
		if err == nil {
			members, err = host.Only(members, g.clusters)
		}
		if err != nil {
			return err
		}
		for _, m := range members {
			for _, o := range g.lists() {
				follow(g.followMember(memberWatch{p, t, m, o}))
			}
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

func (g *getting) tellDeclared(p *printing, t host.Type, items []unstructured.Unstructured) error {
	var objects []runtime.Object
	for i := range items {
		items[i].SetManagedFields(nil)
		objects = append(objects, &items[i])
	}
	table, err := g.declaredTable(t, items, time.Now())
	if err != nil {
		return err
	}
	return p.more(cli.Result{Table: table}, objects...)
}

// memberWatch is what is watched in one member.
type memberWatch struct {
	p       *printing
	t       host.Type
	member  host.Member
	options metav1.ListOptions
}

// followMember tells of objects in one member: for people as its API server prints them,
// for machines as they are.
func (g *getting) followMember(w memberWatch) host.Followed {
	lost := func(err error) { g.Warn("cluster %s: %s", w.member.Name, oneLine(err)) }
	if g.output.IsForPeople() {
		return g.followTable(w, lost)
	}
	return g.followCopies(w, lost)
}

func (g *getting) followCopies(w memberWatch, lost func(error)) host.Followed {
	copies := watched{options: w.options, connect: func(ctx context.Context) (dynamic.ResourceInterface, error) {
		client, err := g.host.Client(ctx, w.member)
		if err != nil {
			return nil, err
		}
		return client.Resource(w.t.Spec.TargetType.Type().GroupVersionResource()).Namespace(g.inMembers(w.t)), nil
	}}
	return copies.each(func(items []unstructured.Unstructured) error {
		objects := make([]runtime.Object, len(items))
		for i := range items {
			noted := from(w.member.Name, items[i])
			objects[i] = &noted
		}
		return w.p.more(cli.Result{}, objects...)
	}, lost)
}

// followTable tells of rows, as the member's API server makes them.
func (g *getting) followTable(w memberWatch, lost func(error)) host.Followed {
	var tables host.Tables
	var columns []metav1.TableColumnDefinition
	told := map[string]string{} // resource versions
	tell := func(table *metav1.Table) error {
		if len(table.ColumnDefinitions) > 0 {
			columns = table.ColumnDefinitions
		}
		news := *table
		news.ColumnDefinitions, news.Rows = columns, nil
		for _, row := range table.Rows {
			object := merged.MetadataOf(row)
			if version := object.ResourceVersion; version == "" || told[string(object.UID)] != version {
				told[string(object.UID)] = version
				news.Rows = append(news.Rows, row)
			}
		}
		return w.p.more(cli.Result{Table: merged.Merge([]merged.Part{{Cluster: w.member.Name, Table: &news}}, g.columns(w.t))})
	}
	return host.Followed{
		List: func(ctx context.Context) (string, error) {
			ctx, cancel := context.WithTimeout(ctx, g.Flags.MemberTimeout)
			defer cancel()
			config, err := g.host.Reach(ctx, w.member)
			if err != nil {
				return "", err
			}
			if tables, err = host.NewTables(config, w.t.Spec.TargetType.Type().GroupVersionResource(), g.inMembers(w.t)); err != nil {
				return "", err
			}
			table, err := tables.List(ctx, w.options)
			if err != nil {
				return "", err
			}
			return table.ResourceVersion, tell(table)
		},
		Watch: func(ctx context.Context, version string) (watch.Interface, error) {
			o := w.options
			o.ResourceVersion = version
			return tables.Watch(ctx, o)
		},
		Changed: func(event watch.Event) error {
			table, err := host.RowsOf(event)
			if err != nil {
				return err
			}
			return tell(table)
		},
		Lost: lost,
	}
}
