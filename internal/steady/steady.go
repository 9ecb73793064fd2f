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
// that says nothing of the resource, is sent again each second until it gets
// another, or its context ends: a server that starts refuses what it allows a
// moment later. Troubled is called once, with the reason, each time that begins.
// That a resource version is too old, or that there is no such resource, is the
// caller's to deal with.
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

// answered asks until there is an answer about the resource.
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

// isAnswer says whether an error is what the server has to say of the resource.
func isAnswer(err error) bool {
	var said apierrors.APIStatus
	if !errors.As(err, &said) {
		return false
	}
	code := said.Status().Code
	passing := code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusTooManyRequests
	return !passing && code < http.StatusInternalServerError
}
