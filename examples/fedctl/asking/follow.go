package asking

import (
	"cmp"
	"context"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// follows is all that tells of what is waited for: the objects of each type and, where
// the controller answers by them, the events.
func (w *waiting) follows(ctx context.Context) []host.Followed {
	var all []host.Followed
	places := map[string]place{}
	for _, p := range w.pending {
		name := p.of.Name
		places[name] = places[name].and(p.of, p.GetNamespace(), p.GetUID())
	}
	for _, at := range places {
		all = append(all, w.objects(ctx, at))
	}
	if w.wish.annotation == federatedkind.ReconcileAnnotation && len(w.pending) > 0 {
		all = append(all, w.events(ctx))
	}
	return all
}

// place is where objects of a type are.
type place struct {
	of         host.Type
	namespaces map[string]bool
	objects    []types.UID
}

func (p place) and(of host.Type, namespace string, object types.UID) place {
	if p.namespaces == nil {
		p.namespaces = map[string]bool{}
	}
	p.namespaces[namespace] = true
	p.of, p.objects = of, append(p.objects, object)
	return p
}

// only is the one of the namespaces; empty, which means all, where there are several.
func only(namespaces map[string]bool) string {
	for one := range namespaces {
		if len(namespaces) == 1 {
			return one
		}
	}
	return ""
}

// objects tells of the objects of a type.
func (w *waiting) objects(ctx context.Context, at place) host.Followed {
	resource := w.host.Federated(at.of, only(at.namespaces))
	return w.followed(resource, metav1.ListOptions{}, func(items []unstructured.Unstructured) error {
		there := map[types.UID]bool{}
		for i := range items {
			there[items[i].GetUID()] = true
			if err := w.send(ctx, fact{of: items[i].GetUID(), object: &items[i]}); err != nil {
				return err
			}
		}
		for _, uid := range at.objects {
			if there[uid] {
				continue
			}
			if err := w.send(ctx, fact{of: uid, gone: true}); err != nil {
				return err
			}
		}
		return nil
	}, func(event watch.EventType, o *unstructured.Unstructured) error {
		return w.send(ctx, fact{of: o.GetUID(), object: o, gone: event == watch.Deleted})
	})
}

// reconciled is the reason of the event by which the controller says that every copy was
// written anew. Its message ends with what was asked.
const reconciled = "Reconciled"

// events tells of those by which the controller says that every copy was written anew.
func (w *waiting) events(ctx context.Context) host.Followed {
	namespaces := map[string]bool{}
	for _, p := range w.pending {
		namespaces[cmp.Or(p.GetNamespace(), metav1.NamespaceDefault)] = true
	}
	resource := w.host.Dynamic.Resource(corev1.SchemeGroupVersion.WithResource("events")).Namespace(only(namespaces))
	one := func(_ watch.EventType, o *unstructured.Unstructured) error {
		uid, _, _ := unstructured.NestedString(o.Object, "involvedObject", "uid")
		message, _, _ := unstructured.NestedString(o.Object, "message")
		return w.send(ctx, fact{of: types.UID(uid), answer: message})
	}
	return w.followed(resource, metav1.ListOptions{FieldSelector: "reason=" + reconciled}, func(items []unstructured.Unstructured) error {
		for i := range items {
			if err := one(watch.Added, &items[i]); err != nil {
				return err
			}
		}
		return nil
	}, one)
}

// followed lists and watches a resource.
func (w *waiting) followed(resource dynamic.ResourceInterface, o metav1.ListOptions, all func([]unstructured.Unstructured) error, one func(watch.EventType, *unstructured.Unstructured) error) host.Followed {
	return host.Followed{
		List: func(ctx context.Context) (string, error) {
			list, err := resource.List(ctx, o)
			if err != nil {
				return "", err
			}
			return list.GetResourceVersion(), all(list.Items)
		},
		Watch: func(ctx context.Context, version string) (watch.Interface, error) {
			from := o
			from.ResourceVersion = version
			return resource.Watch(ctx, from)
		},
		Changed: func(event watch.Event) error {
			object, is := event.Object.(*unstructured.Unstructured)
			if !is {
				return nil
			}
			return one(event.Type, object)
		},
		Lost: func(err error) { w.Warn("host: %s", strings.ReplaceAll(err.Error(), "\n", "; ")) },
	}
}

// send passes a fact on, unless nobody waits any more.
func (w *waiting) send(ctx context.Context, f fact) error {
	select {
	case w.news <- f:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
