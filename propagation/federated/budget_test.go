package federated_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// cost is what one change costs.
type cost struct {
	members int // requests to all members
	host    int // writes to the host
	events  int
}

// spent reads a cost off the requests that were made. Lists and watches are
// free.
func spent(made budget.Requests) cost {
	events := func(r budget.Request) bool { return r.Resource == "events" }
	return cost{
		members: made.Only(func(r budget.Request) bool {
			return r.Cluster != testbed.HostName && r.Verb != "list" && r.Verb != "watch"
		}).Total(),
		host:   made.Writes(testbed.HostName),
		events: made.Only(events).Total(),
	}
}

// TestRequestBudget holds every kind of change to the requests that it may
// cost, with one member and with three.
func TestRequestBudget(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2", "member3")
	for _, n := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d members", n), func(t *testing.T) {
			b := testbed.New(t, all[0], all[1:1+n], testbed.ConfigMaps(), testbed.Deployments())
			b.Judge(deployments)
			b.Run()
			b.UntilReady(testbed.Namespaces(), b.Namespace)
			for _, row := range budgetRows() {
				t.Run(row.name, func(t *testing.T) { row.hold(t, b, n) })
			}
		})
	}
}

type budgetRow struct {
	name    string
	prepare func(*testbed.Bed) // what comes before and does not count; nil is nothing
	change  func(*testbed.Bed)
	cost    func(n int) cost
	most    bool // the host's part is the most it may be, not what it is
}

// hold makes the change and compares its cost.
func (r budgetRow) hold(t *testing.T, b *testbed.Bed, n int) {
	if r.prepare != nil {
		r.prepare(b)
	}
	before := b.Quiet()
	r.change(b)
	made := b.Quiet().Since(before)
	got, want := spent(made), r.cost(n)
	if r.most {
		require.LessOrEqual(t, got.host, want.host, made)
		want.host = got.host
	}
	require.Equal(t, want, got, made)
}

var configMaps, deployments = testbed.ConfigMaps(), testbed.Deployments()

// budgetRows are the kinds of change, in an order in which each builds on those
// before it.
func budgetRows() []budgetRow {
	var flapped time.Duration
	nothing := func(int) cost { return cost{} }
	return []budgetRow{{
		name: "create",
		change: func(b *testbed.Bed) {
			b.Create(configMaps, "web", map[string]any{
				"template":  map[string]any{"data": map[string]any{"color": "blue"}},
				"placement": map[string]any{"clusterSelector": map[string]any{}},
			})
			b.UntilReady(configMaps, "web")
		},
		cost: func(n int) cost { return cost{members: n, host: 2} },
	}, {
		name: "change of template",
		change: func(b *testbed.Bed) {
			b.Patch(configMaps, "web", `{"spec":{"template":{"data":{"color":"green"}}}}`)
			b.UntilReady(configMaps, "web")
		},
		cost: func(n int) cost { return cost{members: n, host: 1} },
	}, {
		name: "change of one member's override",
		change: func(b *testbed.Bed) {
			b.Patch(configMaps, "web", `{"spec":{"overrides":[{"clusterName":"member1","clusterOverrides":[{"path":"/data/color","value":"red"}]}]}}`)
			b.UntilReady(configMaps, "web")
		},
		cost: func(int) cost { return cost{members: 1, host: 1} },
	}, {
		name:   "restart",
		change: func(b *testbed.Bed) { b.Stop(); b.Run() },
		cost:   nothing,
	}, {
		name:   "readiness flip",
		change: flipAll,
		cost:   nothing,
	}, {
		name: "foreign change of a foreign field",
		change: func(b *testbed.Bed) {
			write(b, 0, configMaps, "web", `{"metadata":{"annotations":{"rival":"was here"}},"data":{"extra":"1"}}`)
		},
		cost: nothing,
	}, {
		name: "drift of one of our fields",
		change: func(b *testbed.Bed) {
			write(b, 0, configMaps, "web", `{"data":{"color":"stolen"}}`)
			b.Until("set back", func() bool { return field(b, 0, "web", "color") == "red" })
		},
		cost: func(int) cost { return cost{members: 1, host: 1, events: 1} },
		most: true,
	}, {
		name:   "suspend",
		change: func(b *testbed.Bed) { suspend(b, configMaps, "web") },
		cost:   func(int) cost { return cost{host: 1, events: 1} },
	}, {
		name:   "resume with nothing changed",
		change: func(b *testbed.Bed) { resume(b, configMaps, "web") },
		cost:   func(int) cost { return cost{host: 1, events: 1} },
	}, {
		name: "retry with nothing failed",
		change: func(b *testbed.Bed) {
			annotate(b, configMaps, "web", federatedkind.RetryAnnotation, `"1"`)
		},
		cost: nothing,
	}, {
		name: "reconcile",
		change: func(b *testbed.Bed) {
			annotate(b, configMaps, "web", federatedkind.ReconcileAnnotation, `"1"`)
			untilEvent(b, "web", "Reconciled: ")
		},
		cost: func(n int) cost { return cost{members: n, events: 1} },
	}, {
		name:   "a restart after all that",
		change: func(b *testbed.Bed) { b.Stop(); b.Run() },
		cost:   nothing,
	}, {
		name: "create, and begin to work",
		change: func(b *testbed.Bed) {
			declareDeployment(b)
			b.Until("reported", func() bool { return len(b.Status(deployments, "web").Clusters) == len(b.Servers) })
			eachMember(b, func(m int) { heal(b, m, "web") })
			b.UntilReady(deployments, "web")
		},
		cost: func(n int) cost { return cost{members: n, host: 3} },
	}, {
		name:   "a member's status flaps for two seconds",
		change: func(b *testbed.Bed) { flapped = flap(b) },
		cost:   func(int) cost { return cost{host: 1 + int(math.Ceil(flapped.Seconds()))} }, // when it is over, too
		most:   true,
	}, {
		name: "readiness flaps in every member, 20 times a second for two seconds",
		prepare: func(b *testbed.Bed) {
			eachMember(b, func(m int) { heal(b, m, "web") })
			b.UntilReady(deployments, "web")
		},
		change: func(b *testbed.Bed) {
			flapped = during(2*time.Second, 50*time.Millisecond, func(int) {
				eachMember(b, func(m int) { wreck(b, m, "web") })
				eachMember(b, func(m int) { heal(b, m, "web") })
			})
			b.UntilReady(deployments, "web")
		},
		cost: func(int) cost { return cost{host: 1 + int(math.Ceil(flapped.Seconds()))} },
		most: true,
	}, {
		name:   "a restart with copies that are judged",
		change: func(b *testbed.Bed) { b.Stop(); b.Run() },
		cost:   nothing,
	}, {
		name: "what nobody counts changes in a copy's status",
		change: func(b *testbed.Bed) {
			eachMember(b, func(m int) { writeStatus(b, m, "web", `{"status":{"collisionCount":1}}`) })
		},
		cost: func(int) cost { return cost{host: 1} }, // for its status is collected as it is
		most: true,
	}, {
		name:   "delete",
		change: func(b *testbed.Bed) { b.Delete(configMaps, "web") },
		cost:   func(n int) cost { return cost{members: n, host: 1} },
	}}
}

// flipAll has each member lose its readiness and regain it.
func flipAll(b *testbed.Bed) {
	for _, name := range b.MemberNames() {
		away, _ := b.Members.Snapshot().Get(federation.ClusterName(name))
		back := away
		away.Ready = false
		b.Members.Put(away)
		b.Quiet()
		b.Members.Put(back)
	}
}

func declareDeployment(b *testbed.Bed) {
	containers := []any{map[string]any{"name": "main", "image": "example.test/web:1"}}
	labels := map[string]any{"app": "web"}
	b.Create(deployments, "web", map[string]any{
		"template": map[string]any{"spec": map[string]any{
			"selector": map[string]any{"matchLabels": labels},
			"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": map[string]any{"containers": containers}},
		}},
		"placement": map[string]any{"clusterSelector": map[string]any{}},
	})
	eachMember(b, func(m int) {
		b.Until("held", func() bool { return b.Copy(b.Servers[m], deployments, "web") != nil })
	})
}

func eachMember(b *testbed.Bed, do func(member int)) {
	for m := range b.Servers {
		do(m)
	}
}

// during does something again and again for a time, and returns for how long that
// was.
func during(d, every time.Duration, do func(i int)) time.Duration {
	began, tick := time.Now(), time.NewTicker(every)
	defer tick.Stop()
	for i := 1; time.Since(began) < d; i++ {
		do(i)
		<-tick.C
	}
	return time.Since(began)
}

// flap has somebody write the Deployment's status in every member, as often as
// the members take it. It returns for how long.
func flap(b *testbed.Bed) time.Duration {
	began := time.Now()
	for i := 1; time.Since(began) < 2*time.Second; i++ {
		for m := range b.Servers {
			writeStatus(b, m, "web", fmt.Sprintf(`{"status":{"observedGeneration":1,"replicas":%d}}`, i))
		}
	}
	return time.Since(began)
}

// write changes a copy as somebody else.
func write(b *testbed.Bed, member int, t federation.Type, name, change string) {
	_, err := b.In(b.Servers[member], t).Patch(context.Background(), name, types.MergePatchType, []byte(change), metav1.PatchOptions{FieldManager: "rival"})
	require.NoError(b, err)
}

func writeStatus(b *testbed.Bed, member int, name, change string) {
	_, err := b.In(b.Servers[member], deployments).Patch(context.Background(), name, types.MergePatchType, []byte(change), metav1.PatchOptions{FieldManager: "rival"}, "status")
	require.NoError(b, err)
}

func field(b *testbed.Bed, member int, name, key string) any {
	data, _ := b.Copy(b.Servers[member], configMaps, name).Object["data"].(map[string]any)
	return data[key]
}

func TestDriftIsSetBackAndTold(t *testing.T) {
	all := servers.Shared(t, "host", "member1")
	b := testbed.New(t, all[0], all[1:], configMaps)
	b.Run()
	b.Create(configMaps, "web", map[string]any{
		"template":  map[string]any{"data": map[string]any{"color": "blue", "size": "1"}},
		"placement": map[string]any{"clusters": []any{map[string]any{"name": "member1"}}},
	})
	b.UntilReady(configMaps, "web")
	write(b, 0, configMaps, "web", `{"data":{"color":"stolen"}}`)
	b.Until("event", func() bool {
		return slices.ContainsFunc(b.Events("web"), func(e string) bool {
			return strings.Contains(e, "DriftCorrected: cluster member1: set back .data.color (taken by rival)")
		})
	})
	require.Equal(t, "blue", field(b, 0, "web", "color"))
}
