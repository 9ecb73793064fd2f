package watching

import (
	"context"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	watches "k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
)

// Options are what a [Watch] is made of. All are required.
type Options struct {
	Member  federation.ClusterName
	Subject Subject
	Reader  Reader
	Example runtime.Object // of the kind
	// Store is kept true to what the member has. Its Replace has to call
	// [Watch.HasListed].
	Store cache.ReflectorStore
	// News is called when all is known for the first time, and when it turns out that
	// it cannot be, for another reason than before.
	News func()
	// Backoff is the time between two tries.
	Backoff wait.Backoff
}

// Watch keeps a store true to what a member has. Make it with [New].
type Watch struct {
	Options
	wake chan struct{} // try again at once
	ends time.Time     // when the last request to watch was to end

	failed error // why it could not be watched from the beginning, and cannot be listed either

	mu      sync.Mutex
	listed  bool
	failure error // why it could not be listed last
}

// New makes a Watch that does not run. Store may be set until it does.
func New(o Options) *Watch { return &Watch{Options: o, wake: make(chan struct{}, 1)} }

// Run keeps the store true until ctx ends.
func (w *Watch) Run(ctx context.Context) {
	delay := w.Backoff
	for ctx.Err() == nil {
		began, between := time.Now(), w.Backoff
		w.ends, w.failed = time.Time{}, nil
		reflector := cache.NewReflectorWithOptions(w.listWatch(), w.Example, w.Store, cache.ReflectorOptions{
			Name: string(w.Member), Backoff: &between,
		})
		if err := reflector.ListAndWatchWithContext(ctx); ctx.Err() == nil {
			w.fail(err)
		}
		if time.Since(began) > w.Backoff.Cap {
			delay = w.Backoff
		}
		select {
		case <-ctx.Done():
		case <-w.wake:
			delay = w.Backoff
		case <-time.After(delay.Step()):
		}
	}
}

// RetryNow ends the wait between two tries.
func (w *Watch) RetryNow() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *Watch) listWatch() *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			if w.failed != nil {
				return nil, w.failed
			}
			return w.Reader.List(ctx, o)
		},
		WatchFuncWithContext: w.watch,
	}
}

// early is by how much a watch may end before its time, for two clocks that run
// differently.
const early = 5 * time.Second

// watch asks for what changes. A watch that ended before its time is not taken up
// again where it ended: the member may have lost its data since and count from the
// beginning. Then all is listed anew.
func (w *Watch) watch(ctx context.Context, o metav1.ListOptions) (watches.Interface, error) {
	began, again := time.Now(), o.SendInitialEvents == nil
	if again && began.Add(early).Before(w.ends) {
		return nil, apierrors.NewResourceExpired("the watch ended before its time")
	}
	answer, err := w.Reader.Watch(ctx, o)
	switch {
	case err == nil && o.TimeoutSeconds != nil:
		w.ends = began.Add(time.Duration(*o.TimeoutSeconds) * time.Second)
	case !again && hopeless(err):
		w.failed, err = err, final{err}
	case again && err != nil && !apierrors.IsForbidden(err):
		err = final{err}
	}
	return answer, err
}

// HasListed notes that all is known now, and says whether that is news, which is
// told then.
func (w *Watch) HasListed() (news bool) {
	w.mu.Lock()
	news = !w.listed
	w.listed, w.failure = true, nil
	w.mu.Unlock()
	if news {
		w.News()
	}
	return news
}

// fail notes why the watch ended, and tells when that is news. What a member does
// not let us see any more, or knows no kind of, is not known any more.
func (w *Watch) fail(err error) {
	before := w.Known()
	w.mu.Lock()
	w.listed, w.failure = w.listed && !apierrors.IsForbidden(err) && !apierrors.IsNotFound(err), err
	w.mu.Unlock()
	if now := w.Known(); now != nil && (before == nil || before.Error() != now.Error()) {
		w.News()
	}
}

// IsListed says whether all is known, as it was last seen.
func (w *Watch) IsListed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.listed
}

// IsRefused says whether the member does not allow the watch.
func (w *Watch) IsRefused() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.listed && apierrors.IsForbidden(w.failure)
}
