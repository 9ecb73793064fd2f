package propagation

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// content is a Propagator whose clusters hold everything already.
type content struct{}

func (content) Apply(context.Context, federation.ClusterName, *unstructured.Unstructured, Holding) (Outcome, error) {
	return Outcome{Action: Unchanged}, nil
}

func (content) Remove(context.Context, federation.ClusterName, Key, Removal) (Outcome, error) {
	return Outcome{Action: Absent}, nil
}

// idle is a Telemetry that does nothing, at the least cost.
type idle struct{}

func (idle) Begin(ctx context.Context, _ Step) (context.Context, Span) { return ctx, idle{} }
func (idle) End(Result)                                                {}

// attempt makes one attempt of an object that is as it should be.
func attemptWith(t testing.TB, told Telemetry) func() {
	members := federation.NewMembers(federation.Cluster{Name: "a", Ready: true})
	c, err := New(Options{Registry: members, Source: unread{}, Ledger: unread{}, Propagator: content{}, Telemetry: told})
	require.NoError(t, err)
	t.Cleanup(func() { c.plans.ShutDown(); c.reports.ShutDown(); c.lanes.shutDown() })
	c.lanes.follow(t.Context(), members.Snapshot(), c.newLane)
	l, _ := c.lanes.get("a")
	in := Intent{Key: Key{Name: "web"}, Parent: "parent", Template: &unstructured.Unstructured{Object: map[string]any{"kind": "ConfigMap"}}}
	c.objects.get(in.Key).adopt(in, identified(in), plan{hold: []federation.ClusterName{"a"}}, time.Now())
	return func() { _, _ = c.carry(t.Context(), l, in.Key) }
}

// unread is a Source and a Ledger that nobody asks.
type unread struct{}

func (unread) Get(context.Context, Key) (Intent, bool, error)       { return Intent{}, false, nil }
func (unread) Watch(context.Context, func(Key)) error               { return nil }
func (unread) Hold(context.Context, Intent) error                   { return nil }
func (unread) Report(context.Context, Intent, status.Summary) error { return nil }
func (unread) Release(context.Context, Intent) error                { return nil }

func TestNobodyToTellCostsNothing(t *testing.T) {
	c := &Controller{}
	o, in := &object{}, Intent{Key: Key{Name: "web"}}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_, span := c.begin(t.Context(), Step{Work: Carrying, Key: in.Key, Cluster: "a"}, o)
		endCarrying(span, in, finding{}, 0)
		end(span, in, nil)
	}))
	without := testing.AllocsPerRun(100, attemptWith(t, nil))
	with := testing.AllocsPerRun(100, attemptWith(t, idle{}))
	require.LessOrEqual(t, without, with)
}

func BenchmarkAttempt(b *testing.B) {
	for name, told := range map[string]Telemetry{"nobody is told": nil, "somebody is": idle{}} {
		b.Run(name, func(b *testing.B) {
			attempt := attemptWith(b, told)
			b.ReportAllocs()
			for b.Loop() {
				attempt()
			}
		})
	}
}
