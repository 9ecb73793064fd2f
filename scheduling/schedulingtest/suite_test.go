package schedulingtest_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
	"github.com/fedrail/fedrail/scheduling/schedulingtest"
)

// noted is a test that notes that it failed.
type noted struct {
	testing.TB
	failed bool
}

func (n *noted) Helper()               {}
func (n *noted) Errorf(string, ...any) { n.failed = true }
func (n *noted) FailNow()              { panic(n) }

// refuses says whether the suite refuses a planner that answers so.
func refuses(t *testing.T, req scheduling.Request, answer func(scheduling.Request) scheduling.Plan) bool {
	n := &noted{TB: t}
	func() {
		defer func() { _ = recover() }()
		schedulingtest.Ask(n, planner(answer), req)
	}()
	return n.failed
}

type planner func(scheduling.Request) scheduling.Plan

func (p planner) Plan(_ context.Context, req scheduling.Request) (scheduling.Plan, error) {
	return p(req), nil
}

// nine are nine replicas over two clusters, the first of which has a minimum of 3,
// and the second room for 6.
func nine() scheduling.Request {
	six := int64(6)
	req := scheduling.Request{Key: "shop/web", Total: 9, Clusters: scheduling.Preferences{"a": {Weight: 1, Min: 3}, "b": {Weight: 1}}.Candidates("a", "b")}
	req.Clusters[1].Capacity = &six
	return req
}

// told is a plan for the two.
func told(a, b int64, why scheduling.Why) scheduling.Plan {
	return scheduling.Plan{Unplaced: 9 - a - b, Shares: []scheduling.Share{{Cluster: "a", Replicas: a, Why: why}, {Cluster: "b", Replicas: b, Why: why}}}
}

func TestTheSuiteRefusesWhatIsNoProperAnswer(t *testing.T) {
	always := func(p scheduling.Plan) func(scheduling.Request) scheduling.Plan {
		return func(scheduling.Request) scheduling.Plan { return p }
	}
	require.False(t, refuses(t, nine(), always(told(4, 5, scheduling.ByWeight))), "a proper one")
	asked := 0
	for name, answer := range map[string]func(scheduling.Request) scheduling.Plan{
		"nothing is placed":                    always(told(0, 0, scheduling.NotNeeded)),
		"less than there is room for":          always(told(3, 5, scheduling.ByWeight)),
		"it is not known what is known":        always(told(3, 4, scheduling.UnknownCapacity)),
		"more than there is room for":          always(told(2, 7, scheduling.ByWeight)),
		"a minimum is not met":                 always(told(2, 6, scheduling.AtSkew)),
		"no reason":                            always(told(4, 5, "")),
		"the sum is another":                   always(scheduling.Plan{Shares: told(4, 4, scheduling.ByWeight).Shares}),
		"a cluster is left out":                always(scheduling.Plan{Shares: told(9, 0, scheduling.ByWeight).Shares[:1]}),
		"a limit that is none":                 always(scheduling.Plan{Shares: []scheduling.Share{{Cluster: "a", Replicas: 9, Why: scheduling.InOrder, Limit: 9}, {Cluster: "b", Why: scheduling.NotNeeded}}}),
		"another cluster":                      always(scheduling.Plan{Shares: []scheduling.Share{{Cluster: "a", Replicas: 9, Why: scheduling.InOrder}, {Cluster: "c", Why: scheduling.InOrder}}}),
		"not in name order":                    always(scheduling.Plan{Shares: []scheduling.Share{{Cluster: "b", Replicas: 4, Why: scheduling.InOrder}, {Cluster: "a", Replicas: 5, Why: scheduling.InOrder}}}),
		"one that is wanted is said not to be": always(told(9, 0, scheduling.NotWanted)),
		"the order of the clusters counts": func(req scheduling.Request) scheduling.Plan {
			if req.Clusters[0].Name == "a" {
				return told(4, 5, scheduling.ByWeight)
			}
			return told(5, 4, scheduling.ByWeight)
		},
		"the request is modified": func(req scheduling.Request) scheduling.Plan {
			req.Clusters[0].Current++
			return told(4, 5, scheduling.ByWeight)
		},
	} {
		asked++
		require.True(t, refuses(t, nine(), answer), name)
	}
	require.Equal(t, 14, asked)
}

// TestTheSuiteLetsAPlannerHoldBack with a reason that says so.
func TestTheSuiteLetsAPlannerHoldBack(t *testing.T) {
	for _, why := range []scheduling.Why{scheduling.AtSkew, "AtNight"} {
		require.False(t, refuses(t, nine(), func(scheduling.Request) scheduling.Plan { return told(3, 4, why) }), why)
	}
	unknown := nine()
	unknown.Clusters[1].Capacity = nil
	require.False(t, refuses(t, unknown, func(scheduling.Request) scheduling.Plan { return told(3, 0, scheduling.UnknownCapacity) }))
	idle := scheduling.Request{Key: "shop/web", Total: 9, Clusters: scheduling.Preferences{federation.ClusterName("a"): {}}.Candidates("a", "b")}
	require.False(t, refuses(t, idle, func(scheduling.Request) scheduling.Plan {
		return scheduling.Plan{Unplaced: 9, Shares: []scheduling.Share{{Cluster: "a", Why: scheduling.NoWeight}, {Cluster: "b", Why: scheduling.NotWanted}}}
	}))
}
