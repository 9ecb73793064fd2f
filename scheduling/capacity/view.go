package capacity

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/fedrail/fedrail/internal/watching"
)

// view is what is known of one cluster by its watches: of one namespace the pods,
// or of all of it the pods and the nodes.
type view struct {
	pods, nodes *watching.Watch // nodes is nil for a namespace
	changed     func(string)    // is told of a namespace; empty is the room
	pause       time.Duration   // between two words about the room
	room        chan struct{}   // it has changed
	stop        context.CancelFunc

	mu        sync.Mutex
	inventory Inventory
}

// viewOf is a view of a namespace of the member; empty is all of it.
func (w *Watcher) viewOf(m *member, namespace string) *view {
	v := &view{
		changed: func(in string) { w.tell(m, in) },
		pause:   w.RoomPause, room: make(chan struct{}, 1), stop: func() {},
	}
	unfinished := fields.AndSelectors(
		fields.OneTermNotEqualSelector("status.phase", string(corev1.PodSucceeded)),
		fields.OneTermNotEqualSelector("status.phase", string(corev1.PodFailed)))
	o := watching.Options{Member: m.name, Backoff: w.backoff(), News: func() {
		w.again()
		w.tellAll(m, namespace)
	}}
	o.Subject, o.Example, o.Store = watching.Subject{Resource: "pods", Namespace: namespace}, &corev1.Pod{}, podStore{v}
	o.Reader = m.client.Reader(o.Subject, metav1.ListOptions{FieldSelector: unfinished.String()})
	v.pods = watching.New(o)
	if namespace == "" {
		o.Subject, o.Example, o.Store = watching.Subject{Resource: "nodes", Whole: true}, &corev1.Node{}, nodeStore{v}
		o.Reader = m.client.Reader(o.Subject, metav1.ListOptions{})
		v.nodes = watching.New(o)
	}
	return v
}

func (v *view) watches() []*watching.Watch {
	if v.nodes == nil {
		return []*watching.Watch{v.pods}
	}
	return []*watching.Watch{v.pods, v.nodes}
}

// start runs the watches until ctx ends, or stop is called.
func (v *view) start(ctx context.Context, running *sync.WaitGroup) {
	ctx, v.stop = context.WithCancel(ctx)
	for _, one := range v.watches() {
		running.Go(func() { one.Run(ctx) })
	}
	running.Go(func() { v.tellRoom(ctx) })
}

func (v *view) retryNow() {
	for _, one := range v.watches() {
		one.RetryNow()
	}
}

// tell tells that something has changed: pods of a namespace, or a node where that
// is empty.
func (v *view) tell(namespace string) {
	if namespace != "" {
		v.changed(namespace)
	}
	select {
	case v.room <- struct{}{}:
	default: // it is about to be told
	}
}

// tellRoom tells of changes of the room, now and then, until ctx ends.
func (v *view) tellRoom(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-v.room:
		}
		v.changed("")
		select {
		case <-ctx.Done():
			return
		case <-time.After(v.pause):
		}
	}
}

// tell tells of a namespace, or of the room where that is empty, if anybody follows
// it.
func (w *Watcher) tell(m *member, namespace string) {
	w.mu.Lock()
	follows := m.wants.namespaces[namespace] || namespace == "" && m.wants.nodes
	w.mu.Unlock()
	if follows {
		w.Changed(m.name, namespace)
	}
}

// tellAll tells of all that a view is of.
func (w *Watcher) tellAll(m *member, namespace string) {
	if namespace != "" {
		w.tell(m, namespace)
		return
	}
	w.mu.Lock()
	namespaces := m.wants.namespaces
	w.mu.Unlock()
	for in := range namespaces {
		w.tell(m, in)
	}
	w.tell(m, "")
}
