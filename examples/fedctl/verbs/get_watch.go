package verbs

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// watched is objects that are listed and watched.
type watched struct {
	connect func(context.Context) (dynamic.ResourceInterface, error)
	options metav1.ListOptions
}

// on is objects whose client is there already.
func on(objects dynamic.ResourceInterface, o metav1.ListOptions) watched {
	return watched{func(context.Context) (dynamic.ResourceInterface, error) { return objects, nil }, o}
}

// followed has all objects told by all, each change by changed, and by lost why nothing
// is heard.
func (w watched) followed(all func([]unstructured.Unstructured) error, changed func(watch.Event) error, lost func(error)) host.Followed {
	var objects dynamic.ResourceInterface
	return host.Followed{
		List: func(ctx context.Context) (version string, err error) {
			if objects, err = w.connect(ctx); err != nil {
				return "", err
			}
			list, err := objects.List(ctx, w.options)
			if err != nil {
				return "", err
			}
			return list.GetResourceVersion(), all(list.Items)
		},
		Watch: func(ctx context.Context, version string) (watch.Interface, error) {
			o := w.options
			o.ResourceVersion = version
			return objects.Watch(ctx, o)
		},
		Changed: changed, Lost: lost,
	}
}

// each has those objects told that were not told as they are, in lists and changes.
func (w watched) each(tell func([]unstructured.Unstructured) error, lost func(error)) host.Followed {
	told := map[string]string{} // resource versions
	all := func(items []unstructured.Unstructured) error {
		return tell(slices.DeleteFunc(items, func(u unstructured.Unstructured) bool {
			before := told[string(u.GetUID())]
			told[string(u.GetUID())] = u.GetResourceVersion()
			return before == u.GetResourceVersion()
		}))
	}
	changed := func(event watch.Event) error {
		object, is := event.Object.(*unstructured.Unstructured)
		if !is {
			return nil
		}
		return all([]unstructured.Unstructured{*object})
	}
	return w.followed(all, changed, lost)
}

// printing prints rows as they come, in columns as wide as they were before, and names
// the columns when they are others than before. It may be used concurrently.
type printing struct {
	*cli.Session
	output *cli.Output
	mu     sync.Mutex
	w      flusher
	head   []cli.Column
}

type flusher interface {
	io.Writer
	Flush() error
}

func newPrinting(s *cli.Session, output *cli.Output) *printing {
	return &printing{Session: s, output: output, w: printers.GetNewTabWriter(s.Out)}
}

// more prints rows; for machines the objects, each by itself.
func (p *printing) more(r cli.Result, objects ...runtime.Object) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.output.IsForPeople() {
		for _, object := range objects {
			if err := p.output.Print(p.Out, cli.Result{Object: object}); err != nil {
				return err
			}
		}
		return nil
	}
	if len(r.Table.Rows) == 0 {
		return nil
	}
	show := p.output.Print
	if slices.Equal(p.head, r.Table.Columns) {
		show = p.output.More
	}
	p.head = r.Table.Columns
	return errors.Join(show(p.w, r), p.w.Flush())
}
