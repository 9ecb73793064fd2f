package verbs

import (
	"context"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/examples/fedctl/happened"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/owned"
)

// concern tells which events of a cluster are about an object that was asked for.
type concern struct {
	read   func(context.Context) (owned.Family, error) // nil: all events are
	name   string
	known  map[types.UID]bool
	begun  bool
	others map[types.UID]bool // of which it is known that they are somebody else's
}

// concern is that of a cluster.
func (e *hearing) concern(cluster string, client dynamic.Interface) *concern {
	c := &concern{known: map[types.UID]bool{}, others: map[types.UID]bool{}}
	switch {
	case e.about == nil:
	case cluster == happened.Host:
		root := e.about.object
		c.name, c.read = root.GetName(), func(context.Context) (owned.Family, error) { return owned.Family{Root: root}, nil }
	default:
		copied := owned.Copy{Type: e.about.kind.Spec.TargetType.Type(), Namespace: e.about.copyNamespace(), Name: e.about.object.GetName()}
		c.name, c.read = copied.Name, func(ctx context.Context) (owned.Family, error) { return owned.Read(ctx, client, copied) }
	}
	return c
}

// is says whether an event is about the object. What is not known yet, and has a name
// like the object's, may be new: then what the object owns is read anew.
func (c *concern) is(ctx context.Context, e happened.Event) bool {
	uid := e.InvolvedObject.UID
	isNew := !c.begun || !c.known[uid] && !c.others[uid] && strings.HasPrefix(e.InvolvedObject.Name, c.name)
	if c.read == nil || c.known[uid] {
		return true
	}
	if isNew {
		c.begun = true
		family, _ := c.read(ctx) // what cannot be read now may be read when the next event comes
		for _, o := range family.All() {
			c.known[o.GetUID()] = true
		}
		c.others[uid] = !c.known[uid] && family.Root != nil
	}
	return c.known[uid]
}

// follow tells of all events, and then of others as they come, until ctx ends. Members
// that do not answer at first are told of once, and asked again.
func (e *hearing) follow(ctx context.Context, members []host.Member) error {
	events, _, err := e.all(ctx, members)
	if err != nil {
		return err
	}
	p := &telling{printing: newPrinting(e.Session, &e.output), told: map[types.UID]string{}}
	if err := e.tell(p, events); err != nil {
		return err
	}
	var following sync.WaitGroup
	defer following.Wait()
	follow := func(cluster string, client func(context.Context) (dynamic.Interface, error)) {
		f := e.followed(ctx, p, source{cluster, client})
		following.Go(func() { host.Follow(ctx, f) })
	}
	if len(e.clusters) == 0 {
		follow(happened.Host, func(context.Context) (dynamic.Interface, error) { return e.host.Dynamic, nil })
	}
	for _, m := range members {
		follow(m.Name, func(ctx context.Context) (dynamic.Interface, error) { return e.host.Client(ctx, m) })
	}
	<-ctx.Done()
	return ctx.Err()
}

// source is a cluster that events come from.
type source struct {
	cluster string
	client  func(context.Context) (dynamic.Interface, error)
}

// followed are the events of one cluster.
func (e *hearing) followed(ctx context.Context, p *telling, from source) host.Followed {
	var about *concern
	w := watched{options: metav1.ListOptions{}, connect: func(ctx context.Context) (dynamic.ResourceInterface, error) {
		c, err := from.client(ctx)
		if err != nil {
			return nil, err
		}
		about = e.concern(from.cluster, c)
		return c.Resource(eventResource()).Namespace(e.namespace), nil
	}}
	return w.each(func(items []unstructured.Unstructured) error {
		var events []happened.Event
		for i := range items {
			event, err := happened.Of(from.cluster, &items[i])
			if err != nil {
				return err
			}
			if e.isOfType(event) && about.is(ctx, event) {
				events = append(events, event)
			}
		}
		happened.Sort(events)
		return e.tell(p, events)
	}, func(err error) { e.Warn("%s: %s", clusterWord(from.cluster), oneLine(err)) })
}

// telling prints events that it did not print before.
type telling struct {
	*printing
	mu   sync.Mutex
	told map[types.UID]string // the version of each event
}

// tell prints those events that are news.
func (e *hearing) tell(p *telling, events []happened.Event) error {
	r := e.result(p.news(events))
	items := itemsOf(r)
	objects := make([]runtime.Object, len(items))
	for i := range items {
		objects[i] = &items[i]
	}
	return p.more(r, objects...)
}

func (p *telling) news(events []happened.Event) []happened.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	var news []happened.Event
	for _, event := range events {
		if p.told[event.UID] != event.ResourceVersion {
			p.told[event.UID] = event.ResourceVersion
			news = append(news, event)
		}
	}
	return news
}

func clusterWord(cluster string) string {
	if cluster == happened.Host {
		return "host"
	}
	return "cluster " + cluster
}
