package main

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/checker"
	"github.com/fedrail/fedrail/internal/controlplane"
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

// holdExactly waits until the host declares these and nothing else, every member
// holds what is declared, every status says so, and what is somebody else's is as
// it was.
func (w *world) holdExactly(declared []string) {
	w.t.Helper()
	require.Eventually(w.t, func() bool { return len(w.declared()) == len(declared) }, soon, tick, "what was deleted is gone from the host")
	var findings []checker.Finding
	right := func() bool { findings = w.findings(); return len(findings) == 0 }
	require.Eventually(w.t, right, soon, tick, "%v", listed{&findings})
}

// listed prints what was found last.
type listed struct{ findings *[]checker.Finding }

// String is for people.
func (l listed) String() string { return fmt.Sprint(*l.findings) }

// findings are all that is not right now.
func (w *world) findings() []checker.Finding {
	w.t.Helper()
	host := checker.Federation{Objects: w.declared(),
		Type: federation.Type{Version: "v1", Kind: "ConfigMap", Resource: "configmaps", Scope: federation.NamespaceScoped}}
	for _, server := range w.servers {
		host.Clusters = append(host.Clusters, federation.Cluster{Name: federation.ClusterName(server.Cluster())})
	}
	want, findings := host.Want()
	for _, server := range w.servers {
		name := federation.ClusterName(server.Cluster())
		findings = append(findings, checker.Compare(checker.Cluster{
			Name: name, Want: want[name], Have: w.in(server), Foreign: w.theirs[name],
		})...)
	}
	return append(findings, host.Told()...)
}

// declared are the FederatedConfigMaps on the host.
func (w *world) declared() []unstructured.Unstructured {
	w.t.Helper()
	list, err := w.federated("federatedconfigmaps").List(context.Background(), metav1.ListOptions{})
	require.NoError(w.t, err)
	return list.Items
}

// in are all ConfigMaps of the namespace in a member.
func (w *world) in(server *controlplane.Server) []unstructured.Unstructured {
	w.t.Helper()
	client, err := dynamic.NewForConfig(server.Config())
	require.NoError(w.t, err)
	list, err := client.Resource(corev1.SchemeGroupVersion.WithResource("configmaps")).Namespace(w.namespace).List(context.Background(), metav1.ListOptions{})
	require.NoError(w.t, err)
	return list.Items
}

// putTheirs puts a ConfigMap of somebody else into each member.
func (w *world) putTheirs() {
	w.t.Helper()
	w.theirs = map[federation.ClusterName][]unstructured.Unstructured{}
	theirs := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "theirs"}, Data: map[string]string{"name": "theirs"}}
	for i, member := range w.members {
		_, err := member.CoreV1().ConfigMaps(w.namespace).Create(context.Background(), theirs, metav1.CreateOptions{})
		require.NoError(w.t, err)
		for _, o := range w.in(w.servers[i]) {
			if o.GetName() == theirs.Name {
				name := federation.ClusterName(w.servers[i].Cluster())
				w.theirs[name] = append(w.theirs[name], o)
			}
		}
	}
}
