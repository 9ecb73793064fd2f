package propagation_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

var web = propagation.Key{Namespace: "shop", Name: "web"}

func everywhere() propagation.Intent {
	return propagation.Intent{
		Key: web, Parent: "parent",
		Template:  colored("blue"),
		Placement: placement.Request{Want: placement.Placement{Clusters: []federation.ClusterName{"a", "b", "c"}}},
	}
}

func colored(color string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "data": map[string]any{"color": color},
	}}
}

func member(name string) federation.Cluster {
	return federation.Cluster{Name: federation.ClusterName(name), Ready: true, Labels: labels.Set{"name": name}}
}

// world is a running Controller.
type world struct {
	*host
	controller *propagation.Controller
	members    *federation.Members
	memory     *memory.Propagator
	down       *sync.Map // clusters that answer nothing
	stop       func()
}

// away makes a cluster not ready and unreachable, back undoes it.
func (w world) away(name string) {
	w.down.Store(federation.ClusterName(name), true)
	c := member(name)
	c.Ready, c.Message = false, "no answer"
	w.members.Put(c)
}

func (w world) back(name string) {
	w.down.Delete(federation.ClusterName(name))
	w.members.Put(member(name))
}

func run(t *testing.T, h *host, pretend *memory.Propagator, change ...func(*propagation.Options)) world {
	t.Helper()
	w := world{host: h, memory: pretend, down: &sync.Map{}, members: federation.NewMembers(member("a"), member("b"), member("c"))}
	if pretend.Before == nil {
		pretend.Before = func(_ context.Context, c federation.ClusterName, _ propagation.Key) error {
			if _, down := w.down.Load(c); down {
				return errors.New("connection refused")
			}
			return nil
		}
	}
	o := propagation.Options{
		Registry: w.members, Source: h, Ledger: h, Propagator: pretend,
		Patience: 300 * time.Millisecond, Interval: time.Millisecond, Backoff: time.Millisecond, MaxBackoff: 20 * time.Millisecond,
	}
	for _, c := range change {
		c(&o)
	}
	c, err := propagation.New(o)
	require.NoError(t, err)
	w.controller = c
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Start(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	t.Cleanup(w.stop)
	return w
}

func ok(names ...federation.ClusterName) map[federation.ClusterName]status.State {
	states := map[federation.ClusterName]status.State{}
	for _, n := range names {
		states[n] = status.OK
	}
	return states
}

func (w world) untilStates(t *testing.T, want map[federation.ClusterName]status.State) {
	t.Helper()
	w.until(t, fmt.Sprint("states ", want), func() bool { return fmt.Sprint(w.states()) == fmt.Sprint(want) })
}

func (w world) color(cluster string) string {
	o := w.memory.Get(federation.ClusterName(cluster), web)
	if o == nil {
		return ""
	}
	color, _, _ := unstructured.NestedString(o.Object, "data", "color")
	return color
}
