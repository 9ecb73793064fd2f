package verbs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/standing"
)

// await waits until the object has the condition, and returns the object as it is then.
// The error says that it is not so in time, or that the object is gone: it is nil then.
func (f *fares) await(ctx context.Context, o found) (*unstructured.Unstructured, error) {
	watching, stop := context.WithCancel(ctx)
	news := make(chan *unstructured.Unstructured) // nil: it is gone
	var following sync.WaitGroup
	defer following.Wait()
	defer stop()
	following.Go(func() { host.Follow(watching, f.versions(watching, o, news)) })

	object, told, late := o.object, "", f.late()
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-late:
			return object, cli.WithCode(cli.NotYet, f.notYet(object))
		case object = <-news:
		}
		if object == nil {
			return nil, fmt.Errorf("%s %q was deleted while it was waited for", o.object.GetKind(), o.object.GetName())
		}
		s, err := standing.Of(object)
		if err != nil {
			return nil, err
		}
		c := s.Condition(f.until)
		if c.Status == metav1.ConditionTrue {
			return object, nil
		}
		if line := fmt.Sprintf("%s is %s: %s: %s", c.Type, c.Status, c.Reason, c.Message); line != told && f.Flags.Progress != cli.None {
			told = line
			f.Tell("%s", line)
		}
	}
}

// late is when the time is over; never where there is no end to it.
func (f *fares) late() <-chan time.Time {
	if f.timeout == 0 {
		return nil
	}
	return time.After(f.timeout)
}

func (f *fares) notYet(object *unstructured.Unstructured) error {
	s, err := standing.Of(object)
	if err != nil {
		return err
	}
	c := s.Condition(f.until)
	return fmt.Errorf("%s %q is not %s within %s: %s: %s", object.GetKind(), object.GetName(), f.until, f.timeout, c.Reason, c.Message)
}

// versions are the object as it is now, and each that comes after; nil when it is gone.
func (f *fares) versions(ctx context.Context, o found, news chan<- *unstructured.Unstructured) host.Followed {
	send := func(object *unstructured.Unstructured) error {
		select {
		case news <- object:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	objects := f.host.Federated(o.kind, o.object.GetNamespace())
	return on(objects, metav1.ListOptions{FieldSelector: "metadata.name=" + o.object.GetName()}).followed(
		func(items []unstructured.Unstructured) error {
			if len(items) == 0 {
				return send(nil)
			}
			return send(&items[0])
		},
		func(event watch.Event) error {
			object, is := event.Object.(*unstructured.Unstructured)
			switch {
			case event.Type == watch.Deleted:
				return send(nil)
			case !is:
				return errors.New("the host sent something that is no object")
			}
			return send(object)
		},
		func(err error) { f.Warn("host: %s", oneLine(err)) })
}
