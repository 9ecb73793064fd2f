package push_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
)

// rival changes a copy as somebody else.
func (m *many) rival(member int, name, change string) error {
	_, err := m.In(m.Servers[member], configMaps).Patch(context.Background(), name, types.MergePatchType, []byte(change), metav1.PatchOptions{FieldManager: "rival"})
	return err
}

// toMembers are the requests to members that are no list or watch.
func toMembers(made budget.Requests) budget.Requests {
	return made.Only(func(r budget.Request) bool {
		return r.Cluster != testbed.HostName && r.Verb != "list" && r.Verb != "watch"
	})
}

// newCalm is a bed whose members stay.
func newCalm(t *testing.T) *many {
	all := servers.Shared(t, "host", "member1", "member2")
	m := newMany(testbed.New(t, all[0], all[1:], configMaps))
	m.Run()
	m.UntilReady(testbed.Namespaces(), m.Namespace)
	return m
}

func TestARivalThatTakesTheLabelOff(t *testing.T) {
	m := newCalm(t)
	m.declare("web", "blue", nil)
	m.UntilReady(configMaps, "web")
	before := m.Quiet()
	require.NoError(t, m.rival(0, "web", `{"metadata":{"labels":{"kubefed.io/managed":null}}}`))
	m.untilHeld(0, 1)
	require.Equal(t, 1, toMembers(m.Quiet().Since(before)).Total())
	m.Until("event", func() bool {
		return strings.Contains(strings.Join(m.Events("web"), "\n"), "DriftCorrected: cluster member1: set back the object, or its label kubefed.io/managed")
	})
	require.NoError(t, m.rival(0, "web", `{"metadata":{"labels":{"kubefed.io/managed":null}},"data":{"color":"theirs"}}`))
	m.untilHeld(0, 1)
	require.NoError(t, m.rival(0, "web", `{"metadata":{"annotations":{"fedrail.io/origin":null}},"data":{"color":"theirs"}}`))
	m.untilHeld(0, 1)
}

// TestARivalThatNeverTires costs no more requests than its own, and the copy
// ends as it should be.
func TestARivalThatNeverTires(t *testing.T) {
	m := newCalm(t)
	m.declare("web", "blue", nil)
	m.UntilReady(configMaps, "web")
	before := m.Quiet()
	changes, tick, over := 0, time.NewTicker(50*time.Millisecond), time.After(3*time.Second)
	defer tick.Stop()
	for fighting := true; fighting; {
		select {
		case <-tick.C:
			changes++
			require.NoError(t, m.rival(0, "web", fmt.Sprintf(`{"data":{"color":"theirs-%d"}}`, changes)))
		case <-over:
			fighting = false
		}
	}
	m.untilHeld(0, 1)
	made := m.Quiet().Since(before)
	t.Logf("%d changes of a rival: %d requests to members, %d writes and %d events to the host", changes, toMembers(made).Total(),
		made.Writes(testbed.HostName), made.Only(func(r budget.Request) bool { return r.Resource == "events" }).Total())
	require.LessOrEqual(t, toMembers(made).Total(), changes+1, made)
	require.LessOrEqual(t, made.Writes(testbed.HostName), 4, made)
	m.untilHeld(0, 1)
	m.UntilReady(configMaps, "web")
}

// TestWhatHappensWhileNobodyLooks is found when the loops run again.
func TestWhatHappensWhileNobodyLooks(t *testing.T) {
	m := newCalm(t)
	for _, name := range []string{"edited", "deleted", "unlabelled", "untouched", "relabelled"} {
		m.declare(name, "blue", nil)
	}
	m.untilAllReady()
	m.Stop()
	require.NoError(t, m.rival(0, "edited", `{"data":{"color":"theirs"}}`))
	require.NoError(t, m.rival(0, "unlabelled", `{"metadata":{"labels":{"kubefed.io/managed":null}}}`))
	require.NoError(t, m.rival(0, "relabelled", `{"metadata":{"annotations":{"fedrail.io/origin":"x/y"}}}`))
	require.NoError(t, m.In(m.Servers[0], configMaps).Delete(t.Context(), "deleted", metav1.DeleteOptions{}))
	before := m.Counter.Requests()
	m.Run()
	m.untilHeld(0, 1)
	made := m.Quiet().Since(before)
	require.Equal(t, 4, toMembers(made).Total(), made)
	m.untilAllReady()
}

// TestAnObjectMadeAnewAgainAndAgain: each has another UID, and the last one
// counts.
func TestAnObjectMadeAnewAgainAndAgain(t *testing.T) {
	m := newCalm(t)
	for i := range 50 {
		color, members := fmt.Sprintf("color-%d", i), []int{i % 2}
		if i%3 == 0 {
			members = nil
		}
		m.declare("web", color, members)
		if i%5 == 0 {
			m.UntilReady(configMaps, "web")
			m.untilHeld(0, 1)
		}
		if i < 49 {
			m.Delete(configMaps, "web")
		}
	}
	m.UntilReady(configMaps, "web")
	m.untilHeld(0, 1)
	for i := range m.Servers {
		if copied := m.Copy(m.Servers[i], configMaps, "web"); copied != nil {
			parent, _, _ := strings.Cut(copied.GetAnnotations()["fedrail.io/origin"], "/")
			o, err := m.Federated(configMaps).Get(t.Context(), "web", metav1.GetOptions{})
			require.NoError(t, err)
			require.Equal(t, string(o.GetUID()), parent)
		}
	}
	m.Quiet()
	require.Empty(t, drifts(m, "web"), "nobody else touched anything")
}

// drifts are the events that tell of drift.
func drifts(m *many, name string) []string {
	m.Helper()
	var told []string
	for _, e := range m.Events(name) {
		if strings.HasPrefix(e, "DriftCorrected") {
			told = append(told, e)
		}
	}
	return told
}

// TestATemplateChangedAgainAndAgain: the last one counts everywhere, and the
// status says so.
func TestATemplateChangedAgainAndAgain(t *testing.T) {
	m := newCalm(t)
	m.declare("web", "color-0", nil)
	for i := range 100 {
		color := fmt.Sprintf("color-%d", i)
		m.Patch(configMaps, "web", fmt.Sprintf(`{"spec":{"template":{"data":{"color":%q}}}}`, color))
		m.expect("web", color, nil)
	}
	m.UntilReady(configMaps, "web")
	require.Empty(t, m.wrong(0), "a status that says Ready is true at once")
	require.Empty(t, m.wrong(1))
	m.Quiet()
	m.untilHeld(0, 1)
	require.Empty(t, drifts(m, "web"))
}
