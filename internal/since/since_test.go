package since_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/internal/since"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func TestATurnIsTheTimeOfTheFirstOfItsKind(t *testing.T) {
	var turn since.Turn
	require.Equal(t, noon, turn.Note(false, noon))
	require.Equal(t, noon, turn.Note(false, noon.Add(1)))
	require.Equal(t, noon.Add(2), turn.Note(true, noon.Add(2)))
	require.Equal(t, noon.Add(2), turn.Note(true, noon.Add(3)))
	require.Equal(t, noon.Add(4), turn.Note(false, noon.Add(4)))
}

func TestATaintWithoutATimeCountsFromWhenItWasSeenFirst(t *testing.T) {
	early := metav1.NewTime(noon.Add(-time.Hour))
	var taints since.Taints
	all := func(now time.Time, given ...corev1.Taint) []time.Time {
		var times []time.Time
		for _, taint := range taints.Date(given, now) {
			if taint.TimeAdded == nil {
				times = append(times, time.Time{})
				continue
			}
			times = append(times, taint.TimeAdded.Time)
		}
		return times
	}
	empties := corev1.Taint{Key: "go", Effect: corev1.TaintEffectNoExecute}
	other := corev1.Taint{Key: "go", Value: "v", Effect: corev1.TaintEffectNoExecute}
	dated := corev1.Taint{Key: "old", Effect: corev1.TaintEffectNoExecute, TimeAdded: &early}
	keeps := corev1.Taint{Key: "go", Effect: corev1.TaintEffectNoSchedule}

	require.Equal(t, []time.Time{noon, early.Time, {}}, all(noon, empties, dated, keeps))
	require.Equal(t, []time.Time{{}, noon}, all(noon.Add(1), keeps, empties), "whatever is beside it")
	require.Equal(t, []time.Time{noon.Add(2)}, all(noon.Add(2), other), "another value is another taint")
	require.Empty(t, all(noon.Add(3)))
	require.Equal(t, []time.Time{noon.Add(4)}, all(noon.Add(4), empties), "one that was gone counts anew")
	require.Nil(t, empties.TimeAdded, "what is given is not changed")
}
