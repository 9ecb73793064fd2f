package steady_test

import (
	"cmp"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/fedrail/fedrail/internal/steady"
)

var errRefused = errors.New("connection expired")

// away is a server that is away for so long, and gives this answer afterwards.
type away struct {
	lasts time.Duration
	with  error // what it says until then
	says  error
	began time.Time
	asked int
}

func (a *away) answer() error {
	a.asked++
	if time.Since(a.began) < a.lasts {
		return cmp.Or(a.with, errRefused)
	}
	return a.says
}

func (a *away) List(context.Context, metav1.ListOptions) (*corev1.ConfigMapList, error) {
	return &corev1.ConfigMapList{}, a.answer()
}

func (a *away) Watch(context.Context, metav1.ListOptions) (watch.Interface, error) {
	return watch.NewEmptyWatch(), a.answer()
}

func TestListWatch(t *testing.T) {
	expired := apierrors.NewResourceExpired("too old")
	starting := error(apierrors.NewForbidden(corev1.Resource("configmaps"), "", errors.New("there are no roles yet")))
	tests := map[string]struct {
		server   away
		patience time.Duration // until the caller gives up; 0 is never
		want     error
		took     time.Duration
		asked    int
		reasons  []error
	}{
		"there":                               {took: 0, asked: 1},
		"back after ten minutes":              {server: away{lasts: 10 * time.Minute}, took: 10 * time.Minute, asked: 601, reasons: []error{errRefused}},
		"says that this is too old":           {server: away{says: expired}, want: expired, asked: 1},
		"starts":                              {server: away{lasts: time.Minute, with: starting}, took: time.Minute, asked: 61, reasons: []error{starting}},
		"given up while it is away":           {server: away{lasts: time.Hour}, patience: 5500 * time.Millisecond, want: errRefused, took: 5500 * time.Millisecond, asked: 6, reasons: []error{errRefused}},
		"back, and says that this is too old": {server: away{lasts: time.Second, says: expired}, want: expired, took: time.Second, asked: 2, reasons: []error{errRefused}},
	}
	for name, test := range tests {
		for what, call := range map[string]func(context.Context, *away, func(context.Context, error)) error{
			"list": func(ctx context.Context, a *away, silent func(context.Context, error)) error {
				_, err := steady.ListWatch(a, silent).ListWithContext(ctx, metav1.ListOptions{})
				return err
			},
			"watch": func(ctx context.Context, a *away, silent func(context.Context, error)) error {
				_, err := steady.ListWatch(a, silent).WatchWithContext(ctx, metav1.ListOptions{})
				return err
			},
		} {
			t.Run(name+", "+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := test.server
					server.began = time.Now()
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					if test.patience > 0 {
						time.AfterFunc(test.patience, cancel)
					}
					var reasons []error
					err := call(ctx, &server, func(_ context.Context, reason error) { reasons = append(reasons, reason) })
					require.Equal(t, test.want, err)
					require.Equal(t, test.took, time.Since(server.began))
					require.Equal(t, test.asked, server.asked)
					require.Equal(t, test.reasons, reasons)
				})
			})
		}
	}
}
