package push

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/propagation"
)

// early is by how much a watch may end before its time, for two clocks that run
// differently.
const early = 5 * time.Second

// copies are the copies in all namespaces of a member, as a cache.Reflector asks
// for them. Make one for each Reflector.
type copies struct {
	all  resources
	ends time.Time // when the last watch was to end
}

// listWatch lists and watches the copies.
func (c *copies) listWatch() *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.LabelSelector = propagation.ManagedLabel + "=true"
			return c.all.list(ctx, o)
		},
		WatchFuncWithContext: c.watch,
	}
}

// watch watches the copies. A watch is not taken up again where it ended when
// that was before its time: the member may have lost its data since and count
// from the beginning, and would say nothing of what it has not any more. Then
// the copies are listed anew.
func (c *copies) watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
	began, again := time.Now(), o.SendInitialEvents == nil
	if again && began.Add(early).Before(c.ends) {
		return nil, apierrors.NewResourceExpired("the watch ended before its time")
	}
	o.LabelSelector = propagation.ManagedLabel + "=true"
	w, err := c.all.watch(ctx, o)
	if err == nil && o.TimeoutSeconds != nil {
		c.ends = began.Add(time.Duration(*o.TimeoutSeconds) * time.Second)
	}
	return w, err
}
