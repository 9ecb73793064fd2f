package host

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/watch"
)

// Followed is something that can be listed and watched.
type Followed struct {
	// List tells of all there is, and returns the resource version from which to watch.
	List func(context.Context) (version string, err error)
	// Watch begins at a resource version.
	Watch func(ctx context.Context, version string) (watch.Interface, error)
	// Changed is told of each event, in order.
	Changed func(watch.Event) error
	// Lost is told why nothing is heard at present; each reason once in a row.
	Lost func(error)
}

// again is the time between two tries of what failed.
const again = time.Second

// Follow lists and watches until ctx ends. A watch that ends is taken up where it
// ended; what fails is tried again.
func Follow(ctx context.Context, f Followed) {
	said := ""
	for ctx.Err() == nil {
		version, err := f.List(ctx)
		if err == nil {
			said = ""
			err = f.listen(ctx, version)
		}
		if ctx.Err() != nil {
			return
		}
		if !apierrors.IsResourceExpired(err) && !apierrors.IsGone(err) && said != err.Error() {
			said = err.Error()
			f.Lost(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
}

// listen watches for as long as that works, and returns why it does not.
func (f Followed) listen(ctx context.Context, version string) error {
	for {
		w, err := f.Watch(ctx, version)
		if err != nil {
			return err
		}
		version, err = f.hear(w, version)
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// hear takes the events of one watch, and returns the resource version that it ended
// at.
func (f Followed) hear(w watch.Interface, version string) (string, error) {
	defer w.Stop()
	for event := range w.ResultChan() {
		if event.Type == watch.Error {
			return version, apierrors.FromObject(event.Object)
		}
		if list, err := meta.ListAccessor(event.Object); err == nil && list.GetResourceVersion() != "" {
			version = list.GetResourceVersion()
		} else if object, err := meta.Accessor(event.Object); err == nil {
			version = object.GetResourceVersion()
		}
		if event.Type == watch.Bookmark {
			continue
		}
		if err := f.Changed(event); err != nil {
			return version, err
		}
	}
	return version, nil
}
