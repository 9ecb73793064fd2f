package push_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/testbed"
)

// TestPlacementsShuffledAgainAndAgain: afterwards every member holds what it
// should, object by object, and each status says where its object is.
func TestPlacementsShuffledAgainAndAgain(t *testing.T) {
	const objects, rounds = 300, 5
	all := servers.Shared(t, "host", "member1", "member2", "member3")
	m := newMany(testbed.New(t, all[0], all[1:], configMaps))
	m.theirs = m.PlantForeign()
	random := rand.New(rand.NewPCG(seed, 3))
	m.Run()
	for i := range objects {
		m.declare(fmt.Sprintf("c-%03d", i), "first", someOf(random, 3))
	}
	for round := range rounds {
		for i := range objects {
			m.shuffle(fmt.Sprintf("c-%03d", i), fmt.Sprintf("color-%d", random.IntN(3)), someOf(random, 3))
		}
		if round%2 == 0 {
			m.untilHeld(0, 1, 2)
		}
	}
	m.untilHeld(0, 1, 2)
	m.Quiet()
	m.untilHeld(0, 1, 2)
	m.untilRight()
	require.Empty(t, m.eventsOf("DriftCorrected"), "nobody else touched anything")
}

// someOf are some of n members, perhaps none.
func someOf(random *rand.Rand, n int) []int {
	members := []int{}
	for i := range n {
		if random.IntN(2) == 0 {
			members = append(members, i)
		}
	}
	return members
}

func (m *many) shuffle(name, color string, members []int) {
	m.Helper()
	change, err := json.Marshal(map[string]any{"spec": map[string]any{"template": dataOf(color), "placement": m.placement(members)}})
	require.NoError(m, err)
	m.Patch(configMaps, name, string(change))
	m.expect(name, color, members)
}

// eventsOf are the events of a reason in the bed's namespace.
func (m *many) eventsOf(reason string) []string {
	m.Helper()
	events := federation.Type{Version: "v1", Kind: "Event", Resource: "events"}
	list, err := m.Client.Resource(events.GroupVersionResource()).Namespace(m.Namespace).
		List(context.Background(), metav1.ListOptions{FieldSelector: "reason=" + reason})
	require.NoError(m, err)
	var told []string
	for _, e := range list.Items {
		told = append(told, fmt.Sprint(e.Object["message"]))
	}
	return told
}

// TestStopLeavesNoGoroutine, not even when a member hangs.
func TestStopLeavesNoGoroutine(t *testing.T) {
	m := newOutage(t, "member1", "member2")
	before := []goleak.Option{goleak.IgnoreCurrent(),
		// Connections are client-go's, which shares them between all clients and
		// closes them when nobody has used them for a while.
		goleak.IgnoreAnyFunction("golang.org/x/net/http2.(*ClientConn).readLoop"),
		goleak.IgnoreAnyFunction("net/http.(*Transport).dialConn"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).addTLS.func2"),
	}
	m.Run()
	m.fill(20)
	m.untilAllReady()
	m.Stop()
	goleak.VerifyNone(t, before...)

	m.Run()
	m.UntilReady(testbed.Namespaces(), m.Namespace)
	require.NoError(t, m.Servers[1].Pause())
	for i := range 20 {
		m.declare(fmt.Sprintf("late-%d", i), "blue", nil)
	}
	m.untilHeld(0)
	began := time.Now()
	m.Stop()
	require.Less(t, time.Since(began), hang)
	goleak.VerifyNone(t, before...)
	require.NoError(t, m.Servers[1].Continue())
}
