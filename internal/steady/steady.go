// Package steady lists and watches a server that may be away for long, and is
// there again as soon as the server is: client-go's own wait between two tries
// grows to a minute.
package steady

import (
	"context"
	"errors"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
)

// pace is the time between two tries to get an answer.
const pace = time.Second

// Resource is the part of a client that lists and watches objects, L in lists.
type Resource[L runtime.Object] interface {
	List(ctx context.Context, o metav1.ListOptions) (L, error)
	Watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error)
}

// ListWatch lists and watches a resource. A request that gets no answer is sent
// again each second until it gets one, or its context ends; silent is called
// once with the reason each time that begins. An answer that is an error is the
// caller's to deal with.
func ListWatch[L runtime.Object](r Resource[L], silent func(ctx context.Context, reason error)) *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return answered(ctx, silent, func() (runtime.Object, error) { return r.List(ctx, o) })
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return answered(ctx, silent, func() (watch.Interface, error) { return r.Watch(ctx, o) })
		},
	}
}

// answered asks until there is an answer.
func answered[A any](ctx context.Context, silent func(context.Context, error), ask func() (A, error)) (A, error) {
	for asked := 0; ; asked++ {
		answer, err := ask()
		if err == nil || ctx.Err() != nil || isAnswer(err) {
			return answer, err
		}
		if asked == 0 {
			silent(ctx, err)
		}
		select {
		case <-ctx.Done():
			return answer, err
		case <-time.After(pace):
		}
	}
}

// isAnswer says whether an error is what the server said.
func isAnswer(err error) bool {
	var said apierrors.APIStatus
	return errors.As(err, &said)
}
