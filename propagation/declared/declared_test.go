package declared_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/declared"
	"github.com/fedrail/fedrail/status"
)

func TestNewNamesEveryOptionThatIsMissing(t *testing.T) {
	_, err := declared.New(declared.Options[*unstructured.Unstructured]{})
	for _, name := range []string{"Client", "Type", "Informer", "Finalizer", "Translate", "Status"} {
		require.ErrorContains(t, err, "declared: Options."+name+" is required")
	}
}

func TestAnObjectIsAnIntent(t *testing.T) {
	h := newHost(t)
	widget := h.create(t, "one", map[string]any{"color": "red"})
	in := h.get(t, "one")
	require.Equal(t, propagation.Intent{
		Key:        propagation.Key{Namespace: h.namespace, Name: "one"},
		Parent:     widget.GetUID(),
		Generation: 1,
		Template:   template("red"),
		Placement:  placement.Request{Object: placement.Object{Labels: map[string]string{"team": "shop"}}},
	}, in)
}

func TestAnObjectThatCannotBeTranslatedIsInvalid(t *testing.T) {
	h := newHost(t)
	h.create(t, "one", map[string]any{})
	require.Equal(t, errColorless, h.get(t, "one").Invalid)
}

func TestADeclarationIsHeldUntilItIsReleased(t *testing.T) {
	h := newHost(t)
	h.create(t, "one", map[string]any{"color": "red"})
	require.NoError(t, h.objects.Hold(t.Context(), h.get(t, "one")))
	held := h.await(t, "one", func(in propagation.Intent) bool { return in.Held })
	require.Equal(t, []string{"example.com/theirs", finalizer}, h.live(t, "one").GetFinalizers())

	require.NoError(t, h.widgets().Delete(t.Context(), "one", metav1.DeleteOptions{}))
	h.await(t, "one", func(in propagation.Intent) bool { return in.Deleting })
	require.NoError(t, h.objects.Release(t.Context(), held))
	h.await(t, "one", func(in propagation.Intent) bool { return !in.Held })
	require.Equal(t, []string{"example.com/theirs"}, h.live(t, "one").GetFinalizers(), "those of others stay")
}

func TestWhatIsReportedIsReadBack(t *testing.T) {
	h := newHost(t)
	h.create(t, "one", map[string]any{"color": "red"})
	for name, s := range map[string]status.Summary{
		"trouble": status.Plain{}.Aggregate(status.Facts{Generation: 1, Observations: []status.Observation{
			{Cluster: "m1", Remote: map[string]any{"readyReplicas": int64(3)}},
			{Cluster: "m2", State: status.ClusterNotReady, Message: "no answer"},
			{Cluster: "m3", State: status.WaitingForHealth, Rollout: status.Rollout{
				Phase: "Changing", Version: "v2", Since: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}},
		}}),
		"no cluster": status.Plain{}.Aggregate(status.Facts{Generation: 1}),
		"health": status.Plain{}.Aggregate(status.Facts{Generation: 1, Observations: []status.Observation{
			{Cluster: "m1", Vitals: status.Vitals{Health: status.Healthy, Generation: 4, Observed: 4, Counts: []status.Count{{Name: "ready", N: 3}, {Name: "all", N: 3}}}},
			{Cluster: "m2", Vitals: status.Vitals{Health: status.Degraded, Message: "no", Counts: []status.Count{{Name: "ready"}, {Name: "all", N: 2}}}},
		}}),
		"other numbers": status.Plain{}.Aggregate(status.Facts{Generation: 1, Observations: []status.Observation{
			{Cluster: "m1", Vitals: status.Vitals{Health: status.Healthy, Counts: []status.Count{{Name: "active", N: 1}}}},
		}}),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, h.objects.Report(t.Context(), h.get(t, "one"), s))
			h.await(t, "one", func(in propagation.Intent) bool { return status.Equal(in.Reported, s) })
		})
	}
}

func TestConditionsOfOthersStay(t *testing.T) {
	h := newHost(t)
	widget := h.create(t, "one", map[string]any{"color": "red"})
	theirs := map[string]any{"type": "Painted", "status": "True", "reason": "Brushed", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}
	widget.Object["status"] = map[string]any{"conditions": []any{theirs}}
	_, err := h.widgets().UpdateStatus(t.Context(), widget, metav1.UpdateOptions{})
	require.NoError(t, err)
	objects, in := h.knowing(t, h.live(t, "one"))
	require.NoError(t, objects.Report(t.Context(), in, status.Plain{}.Aggregate(status.Facts{Generation: 1})))
	conditions, _, err := unstructured.NestedSlice(h.live(t, "one").Object, "status", "conditions")
	require.NoError(t, err)
	require.Len(t, conditions, 2)
	require.Equal(t, theirs, conditions[0])
}

func TestOwnWritesWakeNobody(t *testing.T) {
	h := newHost(t)
	h.create(t, "one", map[string]any{"color": "red"})
	require.NoError(t, h.objects.Hold(t.Context(), h.get(t, "one")))
	h.await(t, "one", func(in propagation.Intent) bool { return in.Held })
	h.forget()
	s := status.Plain{}.Aggregate(status.Facts{Generation: 1})
	require.NoError(t, h.objects.Report(t.Context(), h.get(t, "one"), s))
	h.await(t, "one", func(in propagation.Intent) bool { return status.Equal(in.Reported, s) })
	h.create(t, "two", map[string]any{"color": "red"})
	require.Equal(t, []propagation.Key{{Namespace: h.namespace, Name: "two"}}, h.changes())
}

func TestADeclarationOfAnotherUIDIsNotTouched(t *testing.T) {
	h := newHost(t)
	h.create(t, "one", map[string]any{"color": "red"})
	former := h.get(t, "one")
	former.Parent = "another"
	require.ErrorIs(t, h.objects.Hold(t.Context(), former), propagation.ErrGone)
	require.NoError(t, h.objects.Report(t.Context(), former, status.Plain{}.Aggregate(status.Facts{Generation: 1})))
	live := h.live(t, "one")
	require.Equal(t, []string{"example.com/theirs"}, live.GetFinalizers())
	require.NotContains(t, live.Object, "status")
}

func TestFinalizersAreNotWrittenOverAChangeThatWasNotSeen(t *testing.T) {
	h := newHost(t)
	widget := h.create(t, "one", map[string]any{"color": "red"})
	objects, in := h.knowing(t, widget.DeepCopy())
	widget.SetFinalizers([]string{"example.com/theirs", "example.com/another"})
	_, err := h.widgets().Update(t.Context(), widget, metav1.UpdateOptions{})
	require.NoError(t, err)
	require.True(t, apierrors.IsConflict(objects.Hold(t.Context(), in)))
	require.Equal(t, []string{"example.com/theirs", "example.com/another"}, h.live(t, "one").GetFinalizers())
}

func TestADeclarationThatIsGoneIsNoErrorExceptToHold(t *testing.T) {
	h := newHost(t)
	widget := h.create(t, "one", map[string]any{"color": "red"})
	objects, in := h.knowing(t, widget.DeepCopy())
	widget.SetFinalizers(nil)
	_, err := h.widgets().Update(t.Context(), widget, metav1.UpdateOptions{})
	require.NoError(t, err)
	require.NoError(t, h.widgets().Delete(t.Context(), "one", metav1.DeleteOptions{}))
	require.ErrorIs(t, objects.Hold(t.Context(), in), propagation.ErrGone)
	require.NoError(t, objects.Report(t.Context(), in, status.Summary{Generation: 1}))
	require.NoError(t, objects.Release(t.Context(), in))
}

func TestNothingIsKnownBeforeAllIsListed(t *testing.T) {
	listed := false
	_, objects := watched(t, newHost(t), func() bool { return listed })
	_, _, err := objects.Get(t.Context(), propagation.Key{Name: "one"})
	require.ErrorIs(t, err, propagation.ErrNotListed)
	listed = true
	require.Eventually(t, func() bool {
		_, found, err := objects.Get(t.Context(), propagation.Key{Name: "one"})
		return err == nil && !found
	}, 10*time.Second, time.Millisecond)
}

var errColorless = errors.New("spec.color: required")
