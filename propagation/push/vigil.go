package push

import (
	"context"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/propagation"
)

const (
	// safetyNet is how often something is tried that a vigil is kept for.
	safetyNet = 30 * time.Second
	// settling is how long what was seen may take to be of use, and how long a
	// vigil goes on when nothing waits any more: the next may come soon.
	settling = 5 * time.Second
	// unsettled is how often it is tried meanwhile.
	unsettled = 250 * time.Millisecond
	// refusal is how long a vigil rests that the member did not allow.
	refusal = time.Minute
)

// vigil watches for what a member lacks, by metadata alone, while something
// waits for it.
type vigil struct {
	resource metadata.ResourceInterface
	only     string                    // a field selector; empty is all there is
	good     func(metav1.Object) bool  // says whether the sight of it is worth a try
	wake     func(propagation.Key)     // called without the lock
	backoff  func() (one wait.Backoff) // between two tries to watch

	begin chan struct{}

	mu      sync.Mutex
	waiting map[string]map[propagation.Key]bool // by the name that they wait for
	end     context.CancelFunc                  // of the watch; nil when there is none
	listed  bool
	seen    map[string]bool      // what is there, and whether the sight was good
	news    map[string]time.Time // when it was last seen
	refused time.Time            // when the member last did not allow it
	scouts  scouts               // in its place
}

func newVigil(resource metadata.ResourceInterface, only string, m *member) *vigil {
	return &vigil{
		resource: resource, only: only, backoff: m.backoff, begin: make(chan struct{}, 1),
		waiting: map[string]map[propagation.Key]bool{}, seen: map[string]bool{}, news: map[string]time.Time{},
		scouts: scouts{vain: map[string]vain{}},
	}
}

// await has a key woken when the name is seen. It returns when to try again all
// the same; 0 leaves that to the back-off.
func (v *vigil) await(name string, key propagation.Key) time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.waiting[name] == nil {
		v.waiting[name] = map[propagation.Key]bool{}
	}
	v.waiting[name][key] = true
	if time.Since(v.refused) < refusal {
		return v.scouts.next(name)
	}
	if v.end == nil {
		select {
		case v.begin <- struct{}{}:
		default:
		}
	}
	if time.Since(v.news[name]) < settling {
		return unsettled
	}
	return safetyNet
}

// forget ends the waiting of a key for a name.
func (v *vigil) forget(name string, key propagation.Key) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if keys := v.waiting[name]; keys[key] {
		v.dropLocked(name, key)
	}
}

func (v *vigil) dropLocked(name string, key propagation.Key) {
	delete(v.waiting[name], key)
	if len(v.waiting[name]) == 0 {
		delete(v.waiting, name)
	}
	if len(v.waiting) == 0 {
		time.AfterFunc(settling, v.endIfIdle)
	}
}

func (v *vigil) endIfIdle() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.waiting) == 0 && v.end != nil {
		v.end()
	}
}

// keep watches while something waits, until ctx ends.
func (v *vigil) keep(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-v.begin:
			v.watch(ctx)
		}
	}
}

func (v *vigil) watch(ctx context.Context) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	if !v.open(end) {
		return
	}
	defer v.close()
	delay, backoff := v.backoff(), v.backoff()
	for ctx.Err() == nil {
		reflector := cache.NewReflectorWithOptions(v.listWatch(), &metav1.PartialObjectMetadata{}, v, cache.ReflectorOptions{Backoff: &backoff})
		if err := reflector.ListAndWatchWithContext(ctx); apierrors.IsForbidden(err) || apierrors.IsNotFound(err) {
			v.refuse()
			return
		}
		pause(ctx, delay.Step())
	}
}

// open notes that the watch begins, unless nothing waits any more.
func (v *vigil) open(end context.CancelFunc) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.waiting) == 0 {
		return false
	}
	v.end = end
	return true
}

// close notes that the watch ended. What came to wait meanwhile begins another.
func (v *vigil) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.end, v.listed = nil, false
	clear(v.seen)
	clear(v.news)
	if len(v.waiting) > 0 {
		select {
		case v.begin <- struct{}{}:
		default:
		}
	}
}

// refuse has all that waits try in its own time: the member allows no watch.
func (v *vigil) refuse() {
	v.mu.Lock()
	v.refused, v.scouts.out = time.Now(), true
	v.mu.Unlock()
	v.tell(func(string) bool { return true })
}

// tell wakes what waits for some names.
func (v *vigil) tell(about func(name string) bool) {
	v.mu.Lock()
	var woken []propagation.Key
	for name, keys := range v.waiting {
		if !about(name) {
			continue
		}
		for key := range keys {
			woken = append(woken, key)
			v.dropLocked(name, key)
		}
	}
	v.mu.Unlock()
	for _, key := range woken {
		v.wake(key)
	}
}

func (v *vigil) listWatch() *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.FieldSelector = v.only
			return v.resource.List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.FieldSelector = v.only
			return v.resource.Watch(ctx, o)
		},
	}
}
