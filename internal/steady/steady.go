// Package steady lists and watches a server that may be away for long, and is
// there again as soon as the server is: client-go's own wait between two tries
// grows to a minute.
package steady

import (
	"context"
	"errors"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
)

// pace is the time between two tries.
const pace = time.Second

// Resource is the part of a client that lists and watches objects, L in lists.
type Resource[L runtime.Object] interface {
	List(ctx context.Context, o metav1.ListOptions) (L, error)
	Watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error)
}

// ListWatch lists and watches a resource. A request that gets no answer, or one
// that may be another a moment later, is sent again each second until its context
// ends: a server that starts knows no roles and no definitions yet. Troubled is
// called once, with the reason, each time that begins. What is wrong with the
// request, such as a resource version that is too old, is the caller's to deal
// with.
func ListWatch[L runtime.Object](r Resource[L], troubled func(ctx context.Context, reason error)) *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return answered(ctx, troubled, func() (runtime.Object, error) { return r.List(ctx, o) })
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return answered(ctx, troubled, func() (watch.Interface, error) { return r.Watch(ctx, o) })
		},
	}
}

// answered asks until there is an answer that counts.
func answered[A any](ctx context.Context, troubled func(context.Context, error), ask func() (A, error)) (A, error) {
	for asked := 0; ; asked++ {
		answer, err := ask()
		if err == nil || ctx.Err() != nil || isAnswer(err) {
			return answer, err
		}
		if asked == 0 {
			troubled(ctx, err)
		}
		select {
		case <-ctx.Done():
			return answer, err
		case <-time.After(pace):
		}
	}
}

// isAnswer says whether an error is what the server has to say of the request, and
// would say again.
func isAnswer(err error) bool {
	var said apierrors.APIStatus
	if !errors.As(err, &said) {
		return false
	}
	switch code := said.Status().Code; code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests:
		return false
	default:
		return code < http.StatusInternalServerError
	}
}
