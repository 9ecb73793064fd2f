package main

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Killed while it creates, while it catches up and while it deletes, and with
// declarations changed and deleted while no controller runs: in the end every
// member holds exactly what is declared, and what is somebody else's as it was.
func TestKilledAtAnyMoment(t *testing.T) {
	w := newWorld(t, "m1", "m2", "m3")
	declared := names(0, 200)
	p := w.start(quick)
	p.isReady("leader")
	w.together(declared, w.declareConfigMap)
	w.killedWhen(p, "creating", func(copies int) bool { return copies >= 150 })

	declared = w.retract(declared, 30)
	p = w.start(quick)
	w.killedWhen(p, "catching up", func(copies int) bool { return copies >= 400 })

	declared = w.retract(declared, 30)
	w.together(declared[:30], w.change)
	w.putTheirs()
	p = w.start(quick)
	w.holdExactly(declared)

	before := 3 * len(declared)
	declared = w.retract(declared, 60)
	w.killedWhen(p, "deleting", func(copies int) bool { return copies <= before-60 })
	p = w.start(quick)
	w.holdExactly(declared)
	w.theirsIsAsItWas()
	require.Equal(t, 0, p.terminate())
}

// together does the same for every name, eight at a time.
func (w *world) together(names []string, do func(name string)) {
	w.t.Helper()
	work := make(chan string, len(names))
	for _, name := range names {
		work <- name
	}
	close(work)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for name := range work {
				do(name)
			}
		})
	}
	all.Wait()
}

// killedWhen kills the controller when the number of copies is so.
func (w *world) killedWhen(p *process, doing string, so func(copies int) bool) {
	w.t.Helper()
	copies := 0
	require.Eventually(w.t, func() bool {
		copies = 0
		for _, member := range w.members {
			copies += len(w.held(member))
		}
		return so(copies)
	}, soon, tick, doing)
	p.kill()
	w.t.Logf("killed while %s, at about %d copies", doing, copies)
}

// retract deletes the first n of the declarations, and returns the others.
func (w *world) retract(declared []string, n int) []string {
	w.t.Helper()
	w.together(declared[:n], func(name string) {
		require.NoError(w.t, w.federated("federatedconfigmaps").Delete(context.Background(), name, metav1.DeleteOptions{}))
	})
	return declared[n:]
}

// change has the copies hold something else.
func (w *world) change(name string) {
	patch := fmt.Sprintf(`{"spec":{"template":{"data":{"name":"%s changed"}}}}`, name)
	_, err := w.federated("federatedconfigmaps").Patch(context.Background(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	require.NoError(w.t, err)
}

// holdExactly waits until every member holds what the host declares, and the host
// declares these.
func (w *world) holdExactly(declared []string) {
	w.t.Helper()
	var want map[string]string
	require.Eventually(w.t, func() bool {
		want = w.declared()
		return len(want) == len(declared)
	}, soon, tick, "what was deleted is gone from the host")
	for i, member := range w.members {
		require.Eventually(w.t, func() bool { return maps.Equal(want, w.held(member)) }, soon, tick, "member %d holds what is declared", i+1)
	}
}

// declared are the ConfigMaps that the host declares: what each should hold.
func (w *world) declared() map[string]string {
	w.t.Helper()
	list, err := w.federated("federatedconfigmaps").List(context.Background(), metav1.ListOptions{})
	require.NoError(w.t, err)
	declared := map[string]string{}
	for i := range list.Items {
		declared[list.Items[i].GetName()] = dataOf(&list.Items[i])
	}
	return declared
}

// putTheirs puts a ConfigMap of somebody else into each member.
func (w *world) putTheirs() {
	w.t.Helper()
	theirs := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "theirs"}, Data: map[string]string{"name": "theirs"}}
	for _, member := range w.members {
		_, err := member.CoreV1().ConfigMaps(w.namespace).Create(context.Background(), theirs, metav1.CreateOptions{})
		require.NoError(w.t, err)
	}
}

// theirsIsAsItWas says that nobody has touched it.
func (w *world) theirsIsAsItWas() {
	w.t.Helper()
	for _, member := range w.members {
		theirs, err := member.CoreV1().ConfigMaps(w.namespace).Get(context.Background(), "theirs", metav1.GetOptions{})
		require.NoError(w.t, err)
		require.Equal(w.t, map[string]string{"name": "theirs"}, theirs.Data)
		require.Empty(w.t, theirs.Labels)
	}
}
