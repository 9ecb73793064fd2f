package push_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/push"
	"github.com/fedrail/fedrail/status"
)

// trying is a Propagator that carries Deployments to a member, and what tries them.
type trying struct {
	*testing.T
	*push.Propagator
	config    *rest.Config
	namespace string
}

func newTrying(t *testing.T) trying {
	member := servers.Shared(t, "member1")[0]
	p, err := push.New(push.Options{Clusters: ready(budget.New(), member), Type: testbed.Deployments()})
	require.NoError(t, err)
	var observing sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	observing.Go(func() { _ = p.Observe(ctx, func(propagation.Change) {}) })
	t.Cleanup(func() { stop(); observing.Wait() })
	return trying{t, p, member.Config(), controlplanetest.Namespace(t, member)}
}

func (w trying) object(replicas int64, image string) *unstructured.Unstructured {
	want := &unstructured.Unstructured{Object: deployment(replicas, image)}
	want.SetAPIVersion("apps/v1")
	want.SetKind("Deployment")
	want.SetNamespace(w.namespace)
	want.SetName("web")
	want.SetLabels(map[string]string{propagation.ManagedLabel: "true"})
	return want
}

func (w trying) try(how propagation.Holding, replicas int64, image string) (live, then *unstructured.Unstructured) {
	w.Helper()
	how.Parent = "its UID"
	v, err := push.Try(w.Context(), push.Options{Type: testbed.Deployments()}, push.Trial{Cluster: "member1", Config: w.config, Want: w.object(replicas, image), Holding: how})
	require.NoError(w, err)
	return v.Live, v.Then
}

func (w trying) apply(replicas int64, image string) {
	w.Helper()
	require.Eventually(w, func() bool {
		_, err := w.Apply(w.Context(), "member1", w.object(replicas, image), propagation.Holding{Parent: "its UID"})
		return err == nil
	}, 30*time.Second, 50*time.Millisecond)
}

func replicasOf(o *unstructured.Unstructured) int64 {
	n, _, _ := unstructured.NestedInt64(o.Object, "spec", "replicas")
	return n
}

func TestATrialSaysWhatAnApplyWouldLeave(t *testing.T) {
	w := newTrying(t)
	live, then := w.try(propagation.Holding{}, 2, "web:1")
	require.Nil(t, live)
	require.EqualValues(t, 2, replicasOf(then))
	live, _ = w.try(propagation.Holding{}, 2, "web:1")
	require.Nil(t, live, "the trial before created nothing")

	w.apply(2, "web:1")
	live, then = w.try(propagation.Holding{}, 2, "web:1")
	require.Equal(t, live, then, "it is as it should be")

	client, err := dynamic.NewForConfig(w.config)
	require.NoError(t, err)
	_, err = client.Resource(testbed.Deployments().GroupVersionResource()).Namespace(w.namespace).
		Patch(t.Context(), "web", types.MergePatchType, []byte(`{"spec":{"replicas":5}}`), metav1.PatchOptions{FieldManager: "somebody"})
	require.NoError(t, err)
	live, then = w.try(propagation.Holding{}, 3, "web:1")
	require.EqualValues(t, 5, replicasOf(live))
	require.EqualValues(t, 3, replicasOf(then), "it is taken back")
	_, then = w.try(propagation.Holding{Conflict: propagation.Yield}, 3, "web:1")
	require.EqualValues(t, 5, replicasOf(then), "it is left to whoever took it")
	_, then = w.try(propagation.Holding{Retain: []propagation.FieldPath{".spec.replicas"}}, 3, "web:2")
	require.EqualValues(t, 5, replicasOf(then), "it is the member's")
}

func TestATrialOfWhatCannotBeSaysWhy(t *testing.T) {
	member := servers.Shared(t, "member1")[0]
	namespace := controlplanetest.Namespace(t, member)
	trial := push.Trial{Cluster: "member1", Config: member.Config(), Want: configMap("no-such-namespace", "web")}
	_, err := push.Try(t.Context(), push.Options{Type: configMaps}, trial)
	problem := &propagation.Problem{}
	require.ErrorAs(t, err, &problem)
	require.Equal(t, status.WaitingForNamespace, problem.State)

	client, err := dynamic.NewForConfig(member.Config())
	require.NoError(t, err)
	_, err = client.Resource(configMaps.GroupVersionResource()).Namespace(namespace).Create(t.Context(), configMap(namespace, "web"), metav1.CreateOptions{})
	require.NoError(t, err)
	trial.Want = configMap(namespace, "web")
	v, err := push.Try(t.Context(), push.Options{Type: configMaps, Adoption: push.Refuse}, trial)
	require.ErrorAs(t, err, &problem)
	require.Equal(t, status.AlreadyExists, problem.State)
	require.NotNil(t, v.Live)
}
