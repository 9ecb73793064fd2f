package push_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/push"
)

// wire is a Propagator and one member, with a hand on the wire between them.
type wire struct {
	*testing.T
	*push.Propagator
	member    *controlplane.Server
	namespace string
	counter   *budget.Counter

	mu      sync.Mutex
	meddle  meddle // nil is none
	changes []propagation.Change
}

const cluster federation.ClusterName = "member1"

// meddle does something else with a request than to send it.
type meddle func(r *http.Request, send func() (*http.Response, error)) (*http.Response, error)

// newWire makes a Propagator of ConfigMaps and runs it until the test ends.
func newWire(t *testing.T, member *controlplane.Server) *wire { return newWireWith(t, member, nil) }

// newWireWith has somebody meddle with the wire from the beginning.
func newWireWith(t *testing.T, member *controlplane.Server, meddle meddle, change ...func(*push.Options)) *wire {
	w := &wire{T: t, member: member, namespace: controlplanetest.Namespace(t, member), counter: budget.New(), meddle: meddle}
	members := ready(w.counter, member)
	members.configs[cluster].Wrap(func(next http.RoundTripper) http.RoundTripper { return meddler{w, next} })
	o := push.Options{Clusters: members, Type: configMaps}
	for _, c := range change {
		c(&o)
	}
	var err error
	w.Propagator, err = push.New(o)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Observe(ctx, w.note) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
	w.until("the copies were listed", func() bool { return w.told(propagation.Change{Cluster: cluster}) })
	return w
}

type meddler struct {
	*wire
	next http.RoundTripper
}

func (m meddler) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	meddle := m.meddle
	m.mu.Unlock()
	send := func() (*http.Response, error) { return m.next.RoundTrip(r) }
	if meddle == nil {
		return send()
	}
	return meddle(r, send)
}

// on meddles with the next request of a method, and with no other.
func (w *wire) on(method string, meddle func(send func() (*http.Response, error)) (*http.Response, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.meddle = func(r *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
		if r.Method != method {
			return send()
		}
		w.mu.Lock()
		w.meddle = nil
		w.mu.Unlock()
		return meddle(send)
	}
}

func (w *wire) note(c propagation.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.changes = append(w.changes, c)
}

func (w *wire) told(c propagation.Change) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.changes, c)
}

// deaf forgets what was told.
func (w *wire) deaf() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.changes = nil
}

// until waits until a condition holds. It may be called in any goroutine.
func (w *wire) until(what string, holds func() bool) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(20 * time.Second); !holds(); {
		select {
		case <-late:
			w.Errorf("never: %s", what)
			return
		case <-tick.C:
		}
	}
}

func (w *wire) there() dynamic.ResourceInterface {
	client, err := dynamic.NewForConfig(w.member.Config())
	require.NoError(w, err)
	return client.Resource(configMaps.GroupVersionResource()).Namespace(w.namespace)
}

func (w *wire) key(name string) propagation.Key {
	return propagation.Key{Namespace: w.namespace, Name: name}
}

// change is what is told of an object.
func (w *wire) change(name string) propagation.Change {
	return propagation.Change{Cluster: cluster, Key: w.key(name)}
}

func (w *wire) object(name string) *unstructured.Unstructured {
	o := configMap(w.namespace, name)
	o.SetLabels(map[string]string{propagation.ManagedLabel: "true"})
	return o
}

func (w *wire) apply(name string) (propagation.Outcome, error) {
	return w.Apply(context.Background(), cluster, w.object(name), propagation.Holding{Parent: "parent"})
}

// remove asks until the object is seen to be gone.
func (w *wire) remove(name string) {
	w.until("absent", func() bool {
		out, err := w.Remove(context.Background(), cluster, w.key(name), propagation.Removal{Parent: "parent"})
		return err == nil && out.Action == propagation.Absent
	})
}

func (w *wire) exists(name string) bool {
	list, err := w.there().List(context.Background(), metav1.ListOptions{FieldSelector: "metadata.name=" + name})
	require.NoError(w, err)
	return len(list.Items) > 0
}

func (w *wire) rivalDeletes(name string) {
	require.NoError(w, w.there().Delete(context.Background(), name, metav1.DeleteOptions{}))
}

var errLost = errors.New("the connection was lost")

// TestACopyThatGoesBeforeItsApplyIsAnswered is not taken for one that is there.
func TestACopyThatGoesBeforeItsApplyIsAnswered(t *testing.T) {
	w := newWire(t, servers.Shared(t, "member1")[0])
	for name, prepare := range map[string]func(string){
		"created": func(string) {},
		"updated": func(name string) {
			o := w.object(name)
			o.Object["data"] = map[string]any{"color": "red"}
			_, err := w.Apply(context.Background(), cluster, o, propagation.Holding{Parent: "parent"})
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			prepare(name)
			w.on(http.MethodPatch, func(send func() (*http.Response, error)) (*http.Response, error) {
				answer, err := send()
				w.deaf()
				w.rivalDeletes(name)
				w.settle(name)
				return answer, err
			})
			_, err := w.apply(name)
			require.NoError(t, err)
			w.until("told", func() bool { return w.told(w.change(name)) })
			out, err := w.apply(name)
			require.NoError(t, err)
			require.Equal(t, propagation.Applied, out.Action)
			require.True(t, w.exists(name))
			require.Equal(t, []propagation.Taken{{Field: "the object, or its label kubefed.io/managed"}}, out.Regained)
		})
	}
}

// settle returns when the watch has brought all that happened so far: it puts a
// marker behind it.
func (w *wire) settle(name string) {
	marker := w.object(name + "-marker")
	marker.SetUID(types.UID(""))
	_, err := w.there().Create(context.Background(), marker, metav1.CreateOptions{})
	require.NoError(w, err)
	w.until("marker", func() bool { return w.told(w.change(marker.GetName())) })
}

// TestACopyThatWasToldToGoDidNotGoByItself although its event comes before the
// answer: nobody is told of drift when it is placed again.
func TestACopyThatWasToldToGoDidNotGoByItself(t *testing.T) {
	w := newWire(t, servers.Shared(t, "member1")[0])
	_, err := w.apply("web")
	require.NoError(t, err)
	w.on(http.MethodDelete, func(send func() (*http.Response, error)) (*http.Response, error) {
		answer, err := send()
		w.until("told", func() bool { return w.told(w.change("web")) })
		return answer, err
	})
	w.remove("web")
	out, err := w.apply("web")
	require.NoError(t, err)
	require.Equal(t, propagation.Outcome{Action: propagation.Applied}, out)
}

// TestAWriteWithoutAnAnswer is neither counted as done nor forgotten.
func TestAWriteWithoutAnAnswer(t *testing.T) {
	w := newWire(t, servers.Shared(t, "member1")[0])
	carriedOut := func(send func() (*http.Response, error)) (*http.Response, error) {
		if answer, err := send(); err == nil {
			_ = answer.Body.Close()
		}
		return nil, errLost
	}
	lost := func(func() (*http.Response, error)) (*http.Response, error) { return nil, errLost }

	t.Run("a create that was carried out is removed", func(t *testing.T) {
		w.on(http.MethodPatch, carriedOut)
		_, err := w.apply("a")
		require.EqualError(t, err, "create: no answer: the connection was lost; it is tried again")
		w.remove("a")
		require.False(t, w.exists("a"))
	})
	t.Run("a create that was lost is made", func(t *testing.T) {
		w.on(http.MethodPatch, lost)
		_, err := w.apply("b")
		require.Error(t, err)
		out, err := w.apply("b")
		require.NoError(t, err)
		require.Equal(t, propagation.Applied, out.Action)
		require.True(t, w.exists("b"))
	})
	t.Run("a delete that was lost is made", func(t *testing.T) {
		w.on(http.MethodDelete, lost)
		_, err := w.Remove(t.Context(), cluster, w.key("b"), propagation.Removal{Parent: "parent"})
		require.EqualError(t, err, "delete: no answer: the connection was lost; it is tried again")
		require.True(t, w.exists("b"))
		w.remove("b")
		require.False(t, w.exists("b"))
	})
	t.Run("a create that cannot be read is in doubt still", func(t *testing.T) {
		w.on(http.MethodPatch, carriedOut)
		_, err := w.apply("c")
		require.Error(t, err)
		w.on(http.MethodGet, lost)
		out, err := w.Remove(t.Context(), cluster, w.key("c"), propagation.Removal{Parent: "parent"})
		require.True(t, err != nil || out.Action == propagation.Removing, "%v %v", out, err) // the watch may have brought it
		w.remove("c")
		require.False(t, w.exists("c"))
	})
}
