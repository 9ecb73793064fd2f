package push_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
)

// A member that answers nothing is told to be silent, by its lane, until it
// answers again.
func TestASilentMemberIsToldByItsLane(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	m := newMany(testbed.New(t, all[0], all[1:], configMaps))
	s := &storm{random: rand.New(rand.NewPCG(seed, 8)), weather: func(_ float64, r *http.Request, _ func() (*http.Response, error)) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}}
	m.Meddle(m.Servers[1], s.wrap)
	m.Types.Loop.Timeout = time.Second
	m.Run()
	m.UntilReady(testbed.Namespaces(), m.Namespace)
	m.fill(5)
	m.untilAllReady()
	m.untilLanes(propagation.LaneOpen, propagation.LaneOpen)

	s.set(true)
	for i := range 5 {
		m.Patch(configMaps, fmt.Sprintf("c-%03d", i), `{"spec":{"template":{"data":{"color":"changed"}}}}`)
	}
	m.untilLanes(propagation.LaneOpen, propagation.LaneSilent)
	s.set(false)
	m.untilLanes(propagation.LaneOpen, propagation.LaneOpen)
	m.untilAllReady()
}

// untilLanes waits until the lanes of the members, in their order, are in these
// states.
func (m *many) untilLanes(first, second propagation.LaneState) {
	m.Helper()
	m.Until(fmt.Sprint("lanes ", first, second), func() bool {
		states := map[federation.ClusterName]propagation.LaneState{}
		for _, l := range m.Loops.Controllers()["configmaps"].Lanes() {
			states[l.Cluster] = l.State
		}
		return states[federation.ClusterName(m.Servers[0].Cluster())] == first && states[federation.ClusterName(m.Servers[1].Cluster())] == second
	})
}
