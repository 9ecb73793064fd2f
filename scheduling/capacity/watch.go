package capacity

import (
	"context"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	watches "k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
)

// subject is what is watched.
type subject struct {
	resource  string // plural
	namespace string // empty is all of them
	only      string // a field selector; empty is all there is
	example   runtime.Object
}

// String is for people.
func (s subject) String() string {
	switch {
	case s.resource == "nodes":
		return s.resource
	case s.namespace == "":
		return s.resource + " in all namespaces"
	}
	return fmt.Sprintf("%s in namespace %q", s.resource, s.namespace)
}

// watch keeps a store true to what a member has.
type watch struct {
	subject
	member  federation.ClusterName
	client  client
	backoff wait.Backoff
	store   cache.ReflectorStore
	news    func()        // called when it is listed, or its failure is another
	wake    chan struct{} // try again at once
	ends    time.Time     // when the last request to watch was to end

	failed error // why it could not be watched from the beginning, and cannot be listed either

	mu      sync.Mutex
	listed  bool
	failure error // why it could not be listed last
}

func newWatch(m *member, s subject, o Options) *watch {
	return &watch{subject: s, member: m.name, client: m.client, backoff: o.backoff(), wake: make(chan struct{}, 1)}
}

// run keeps the store true until ctx ends.
func (w *watch) run(ctx context.Context) {
	delay := w.backoff
	for ctx.Err() == nil {
		began, between := time.Now(), w.backoff
		w.ends, w.failed = time.Time{}, nil
		reflector := cache.NewReflectorWithOptions(w.listWatch(), w.example, w.store, cache.ReflectorOptions{
			Name: string(w.member), Backoff: &between,
		})
		if err := reflector.ListAndWatchWithContext(ctx); ctx.Err() == nil {
			w.fail(err)
		}
		if time.Since(began) > w.backoff.Cap {
			delay = w.backoff
		}
		select {
		case <-ctx.Done():
		case <-w.wake:
			delay = w.backoff
		case <-time.After(delay.Step()):
		}
	}
}

// retryNow ends the wait between two tries.
func (w *watch) retryNow() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *watch) listWatch() *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			if w.failed != nil {
				return nil, w.failed
			}
			return w.request(o).Do(ctx).Get()
		},
		WatchFuncWithContext: w.watch,
	}
}

func (w *watch) request(o metav1.ListOptions) *rest.Request {
	o.FieldSelector = w.only
	return w.client.Get().NamespaceIfScoped(w.namespace, w.namespace != "").Resource(w.resource).VersionedParams(&o, w.client.parameters)
}

// early is by how much a watch may end before its time, for two clocks that run
// differently.
const early = 5 * time.Second

// watch asks for what changes. A watch that ended before its time is not taken up
// again where it ended: the member may have lost its data since and count from the
// beginning. Then all is listed anew.
func (w *watch) watch(ctx context.Context, o metav1.ListOptions) (watches.Interface, error) {
	began, again := time.Now(), o.SendInitialEvents == nil
	if again && began.Add(early).Before(w.ends) {
		return nil, apierrors.NewResourceExpired("the watch ended before its time")
	}
	o.Watch = true
	answer, err := w.request(o).Watch(ctx)
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

// hasListed notes that all is known now, and says whether that is news, which is
// told then.
func (w *watch) hasListed() (news bool) {
	w.mu.Lock()
	news = !w.listed
	w.listed, w.failure = true, nil
	w.mu.Unlock()
	if news {
		w.news()
	}
	return news
}

// fail notes why the watch ended, and tells when that is news. What a member does
// not let us see any more is not known any more.
func (w *watch) fail(err error) {
	before := w.known()
	w.mu.Lock()
	w.listed, w.failure = w.listed && !apierrors.IsForbidden(err), err
	w.mu.Unlock()
	if now := w.known(); now != nil && (before == nil || before.Error() != now.Error()) {
		w.news()
	}
}

func (w *watch) isListed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.listed
}

// isRefused says whether the member does not allow the watch.
func (w *watch) isRefused() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.listed && apierrors.IsForbidden(w.failure)
}
