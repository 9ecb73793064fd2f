package push_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/checker"
	"github.com/fedrail/fedrail/internal/testbed"
)

// many are federated ConfigMaps in a bed, and what each member should hold of
// them: the data of each, by name.
type many struct {
	*testbed.Bed
	want   []map[string]string // by member
	theirs testbed.Foreign     // has to stay as it is
}

func newMany(b *testbed.Bed) *many {
	m := &many{Bed: b, want: make([]map[string]string, len(b.Servers))}
	for i := range m.want {
		m.want[i] = map[string]string{}
	}
	return m
}

// declare makes one, for these members; nil is all.
func (m *many) declare(name, color string, members []int) {
	m.Helper()
	m.Create(configMaps, name, map[string]any{"template": dataOf(color), "placement": m.placement(members)})
	m.expect(name, color, members)
}

// fill makes n, for all members.
func (m *many) fill(n int) {
	m.Helper()
	for i := range n {
		m.declare(fmt.Sprintf("c-%03d", i), fmt.Sprintf("color-%d", i), nil)
	}
}

func (m *many) expect(name, color string, members []int) {
	for i := range m.want {
		delete(m.want[i], name)
		if members == nil || slices.Contains(members, i) {
			m.want[i][name] = color
		}
	}
}

func dataOf(color string) map[string]any {
	return map[string]any{"data": map[string]any{"color": color}}
}

func (m *many) placement(members []int) map[string]any {
	if members == nil {
		return map[string]any{"clusterSelector": map[string]any{}}
	}
	list := []any{}
	for _, i := range members {
		list = append(list, map[string]any{"name": m.Servers[i].Cluster()})
	}
	return map[string]any{"clusters": list}
}

// holdsNoColor says whether all that is found is that there is no color where none
// is expected.
func holdsNoColor(f checker.Finding) bool {
	return f.Have == "" && (f.Field == ".data" && f.Want == `{"color":""}` || f.Field == ".data.color" && f.Want == `""`)
}

// wrong is what a member does not hold as it should, and what it holds besides.
func (m *many) wrong(member int) []checker.Finding {
	m.Helper()
	name := m.Servers[member].Cluster()
	list, err := m.In(m.Servers[member], configMaps).List(context.Background(), metav1.ListOptions{})
	require.NoError(m, err)
	want := make([]unstructured.Unstructured, 0, len(m.want[member]))
	for object, color := range m.want[member] {
		o := unstructured.Unstructured{Object: dataOf(color)}
		o.SetName(object)
		o.SetNamespace(m.Namespace)
		want = append(want, o)
	}
	found := checker.Compare(checker.Cluster{Name: federation.ClusterName(name), Want: want, Have: list.Items, Foreign: m.theirs[m.Servers[member]]})
	return slices.DeleteFunc(found, holdsNoColor)
}

// untilHeld waits until each member holds what it should, and nothing else of
// ours.
func (m *many) untilHeld(members ...int) {
	m.Helper()
	for _, i := range members {
		if !m.Holds(func() bool { return len(m.wrong(i)) == 0 }) {
			require.Empty(m, m.wrong(i), m.Servers[i].Cluster())
		}
	}
}

// untilRight waits until all is right on the host and in the members.
func (m *many) untilRight() {
	m.Helper()
	m.UntilRight(configMaps, m.theirs)
}

// untilAllReady waits until every object says that it is everywhere.
func (m *many) untilAllReady() {
	m.Helper()
	client := m.Federated(configMaps)
	unready := func() []string {
		list, err := client.List(context.Background(), metav1.ListOptions{})
		require.NoError(m, err)
		var names []string
		for _, o := range list.Items {
			if !isReady(&o) {
				names = append(names, o.GetName())
			}
		}
		return names
	}
	if !m.Holds(func() bool { return len(unready()) == 0 }) {
		require.Empty(m, unready(), "not ready")
	}
}

func isReady(o *unstructured.Unstructured) bool {
	observed, _, _ := unstructured.NestedInt64(o.Object, "status", "observedGeneration")
	conditions, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	return observed == o.GetGeneration() && slices.ContainsFunc(conditions, func(c any) bool {
		condition, _ := c.(map[string]any)
		return condition["type"] == "Ready" && condition["status"] == "True"
	})
}

// deleteAll deletes every object, and waits until they are gone.
func (m *many) deleteAll() {
	m.Helper()
	client := m.Federated(configMaps)
	require.NoError(m, client.DeleteCollection(context.Background(), metav1.DeleteOptions{}, metav1.ListOptions{}))
	for i := range m.want {
		clear(m.want[i])
	}
	m.Until("all gone", func() bool {
		list, err := client.List(context.Background(), metav1.ListOptions{})
		require.NoError(m, err)
		return len(list.Items) == 0
	})
}

// arrivals tells when copies arrived in a member.
type arrivals struct {
	mu sync.Mutex
	at map[string]time.Time
}

// arrivalsIn watches a member until the test ends.
func (m *many) arrivalsIn(member int) *arrivals {
	m.Helper()
	watch, err := m.In(m.Servers[member], configMaps).Watch(context.Background(), metav1.ListOptions{})
	require.NoError(m, err)
	a := &arrivals{at: map[string]time.Time{}}
	var watching sync.WaitGroup
	watching.Go(func() {
		for event := range watch.ResultChan() {
			if o, ok := event.Object.(*unstructured.Unstructured); ok {
				a.note(o.GetName())
			}
		}
	})
	m.Cleanup(func() { watch.Stop(); watching.Wait() })
	return a
}

func (a *arrivals) note(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, again := a.at[name]; !again {
		a.at[name] = time.Now()
	}
}

func (a *arrivals) of(name string) (time.Time, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, arrived := a.at[name]
	return at, arrived
}

// percentile of times, which are sorted for it.
func percentile(times []time.Duration, p int) time.Duration {
	slices.Sort(times)
	return times[min(len(times)-1, len(times)*p/100)].Round(time.Millisecond)
}
