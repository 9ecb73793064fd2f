package pull_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/pull"
	"github.com/fedrail/fedrail/propagation/push"
	"github.com/fedrail/fedrail/status"
)

// desk is a Propagator on a host, and the bundles that it writes for a member
// that has no agent.
type desk struct {
	*testbed.Bed // for Until
	host         *controlplane.Server
	cluster      federation.ClusterName
	propagator   *pull.Propagator
}

// newDesk is one for a member of that name, which no other test has.
func newDesk(t *testing.T, cluster federation.ClusterName, o pull.Options) desk {
	host := servers.Shared(t, "host")[0]
	install(t, host)
	admit(t, host, cluster, nil)
	o.Type = configMaps
	d := desk{Bed: &testbed.Bed{TB: t}, host: host, cluster: cluster, propagator: observed(t, host, o)}
	d.Until("listed", func() bool {
		_, err := d.propagator.Remove(t.Context(), cluster, propagation.Key{Name: "nobody"}, propagation.Removal{})
		return err == nil
	})
	return d
}

// ask applies an object, which nobody answers.
func (d desk) ask(o *unstructured.Unstructured, how propagation.Holding) *propagation.Problem {
	_, err := d.propagator.Apply(d.Context(), d.cluster, o, how)
	problem := &propagation.Problem{}
	require.ErrorAs(d, err, &problem)
	return problem
}

func (d desk) bundles() dynamic.ResourceInterface {
	client, err := dynamic.NewForConfig(d.host.Config())
	require.NoError(d, err)
	return client.Resource(v1alpha1.Bundles()).Namespace(pull.NamespaceOf(d.cluster))
}

// shape is which objects are in which bundle.
func (d desk) shape() map[string][]string {
	shape := map[string][]string{}
	for _, b := range bundlesOf(d, d.host, string(d.cluster)) {
		for _, o := range b.Spec.Objects {
			shape[b.Name] = append(shape[b.Name], o.Name)
		}
	}
	return shape
}

func (d desk) untilShape(want map[string][]string) {
	d.Helper()
	if !d.Holds(func() bool { return fmt.Sprint(d.shape()) == fmt.Sprint(want) }) {
		require.Equal(d, want, d.shape())
	}
}

func TestABundleSaysAllThatIsAsked(t *testing.T) {
	d := newDesk(t, "all-that-is-asked", pull.Options{FieldManager: "mine", Adoption: push.Refuse, Collection: push.Status, Judging: &v1alpha1.Judging{Healthy: "true"}})
	object := configMap("shop", "web")
	object.Object["data"] = map[string]any{"html": "<a&b>", "empty": nil, "number": "1"}
	problem := d.ask(object, propagation.Holding{
		Parent: "parent", Conflict: propagation.Yield, Immutable: propagation.Recreate, Retain: []propagation.FieldPath{".data.color"},
	})
	require.Equal(t, propagation.RetryOnChange, problem.Retry)
	require.Equal(t, "the agent of cluster all-that-is-asked has not answered yet", problem.Error())
	d.untilShape(map[string][]string{"configmaps-0": {"web"}})
	got := bundlesOf(t, d.host, string(d.cluster))[0].Spec
	require.Regexp(t, "^[0-9a-f]{24}$", got.Objects[0].Hash)
	got.Objects[0].Hash = ""
	require.Equal(t, v1alpha1.BundleSpec{
		Cluster:      "all-that-is-asked",
		Target:       v1alpha1.Target{Version: "v1", Kind: "ConfigMap", Resource: "configmaps", Scope: "Namespaced"},
		FieldManager: "mine", Adoption: v1alpha1.Refuse, Collection: v1alpha1.CollectStatus, Judging: &v1alpha1.Judging{Healthy: "true"},
		Objects: []v1alpha1.Object{{Namespace: "shop", Name: "web", Hold: &v1alpha1.Hold{
			Object: rawOf(t, object), Parent: "parent", Conflict: "Yield", Immutable: "Recreate", Retain: []string{".data.color"},
		}}},
	}, got)
	require.Equal(t, []federation.ClusterName{"all-that-is-asked"}, d.propagator.Holders(propagation.KeyOf(object)))
}

func rawOf(t *testing.T, o *unstructured.Unstructured) (raw runtime.RawExtension) {
	body, err := o.MarshalJSON()
	require.NoError(t, err)
	raw.Raw = []byte(strings.TrimSpace(string(body)))
	return raw
}

// TestWhatSomebodyElseWritesIntoABundleIsSetBack, and so is its deletion.
func TestWhatSomebodyElseWritesIntoABundleIsSetBack(t *testing.T) {
	d := newDesk(t, "set-back", pull.Options{})
	for _, name := range []string{"a", "b"} {
		d.ask(configMap("shop", name), propagation.Holding{Parent: "parent"})
	}
	want := map[string][]string{"configmaps-0": {"a", "b"}}
	d.untilShape(want)
	_, err := d.bundles().Patch(t.Context(), "configmaps-0", types.MergePatchType, []byte(`{"spec":{"objects":[]}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	d.untilShape(want)
	require.NoError(t, d.bundles().Delete(t.Context(), "configmaps-0", metav1.DeleteOptions{}))
	d.untilShape(want)
}

// TestObjectsStayInTheirBundle unless they outgrow it.
func TestObjectsStayInTheirBundle(t *testing.T) {
	d := newDesk(t, "stay", pull.Options{ChunkObjects: 2, ChunkBytes: 2000})
	sized := func(name string, bytes int) *unstructured.Unstructured {
		o := configMap("shop", name)
		o.Object["data"] = map[string]any{"filler": strings.Repeat("x", bytes)}
		return o
	}
	ask := func(o *unstructured.Unstructured) { d.ask(o, propagation.Holding{Parent: "parent"}) }
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		ask(sized(name, 10))
	}
	d.untilShape(map[string][]string{"configmaps-0": {"a", "b"}, "configmaps-1": {"c", "d"}, "configmaps-2": {"e"}})
	ask(sized("f", 1900))
	ask(sized("a", 4500))
	d.untilShape(map[string][]string{"configmaps-0": {"a", "b"}, "configmaps-1": {"c", "d"}, "configmaps-2": {"e"}, "configmaps-3": {"f"}})
	ask(sized("b", 4500)) // together with a there is no room for it
	d.untilShape(map[string][]string{"configmaps-0": {"a"}, "configmaps-1": {"c", "d"}, "configmaps-2": {"e"}, "configmaps-3": {"f"}, "configmaps-4": {"b"}})
	problem := d.ask(sized("huge", 1<<20), propagation.Holding{Parent: "parent"})
	require.Equal(t, status.ComputeResourceFailed, problem.State)
	require.Regexp(t, "^the object takes [0-9]+ bytes, and a bundle has room for 1048576; make it smaller$", problem.Error())
}

func TestAMemberWithoutItsNamespaceIsTold(t *testing.T) {
	d := newDesk(t, "has-one", pull.Options{})
	d.cluster = "has-none"
	want := configMap("shop", "web")
	d.ask(want, propagation.Holding{Parent: "parent"})
	d.Until("told", func() bool {
		problem := d.ask(want, propagation.Holding{Parent: "parent"})
		return problem.State == status.ClientRetrievalFailed && strings.Contains(problem.Error(),
			`write bundle fedrail-member-has-none/configmaps-0 on the host: namespaces "fedrail-member-has-none" not found`)
	})
	admit(t, d.host, "has-none", nil)
	d.Until("written", func() bool {
		d.ask(want, propagation.Holding{Parent: "parent"})
		return len(d.shape()) == 1
	})
	require.Equal(t, map[string][]string{"configmaps-0": {"web"}}, d.shape())
}

// TestAMemberThatWentIsForgotten: what it should have held is not written when
// there is a member of that name again.
func TestAMemberThatWentIsForgotten(t *testing.T) {
	d := newDesk(t, "goes", pull.Options{})
	goes := propagation.Key{Namespace: "shop", Name: "that-goes"}
	d.ask(configMap("shop", "that-goes"), propagation.Holding{Parent: "parent"})
	d.untilShape(map[string][]string{"configmaps-0": {"that-goes"}})
	copies, err := d.propagator.Copies("goes")
	require.NoError(t, err)
	require.Equal(t, []propagation.Key{goes}, copies)
	require.Equal(t, []federation.ClusterName{"goes"}, d.propagator.HoldersOf(goes, "parent"))
	require.Empty(t, d.propagator.HoldersOf(goes, "another"))

	namespaces := controlplanetest.Client(t, d.host).CoreV1().Namespaces()
	require.NoError(t, namespaces.Delete(t.Context(), pull.NamespaceOf("goes"), metav1.DeleteOptions{}))
	require.NoError(t, d.bundles().Delete(t.Context(), "configmaps-0", metav1.DeleteOptions{})) // as the namespace's end does
	d.Until("forgotten", func() bool { return len(d.propagator.Holders(goes)) == 0 })
	copies, err = d.propagator.Copies("goes")
	require.NoError(t, err)
	require.Empty(t, copies)
}

// TestAnUnfinishedMoveIsFinished by whoever comes next.
func TestAnUnfinishedMoveIsFinished(t *testing.T) {
	d := newDesk(t, "moves", pull.Options{})
	d.ask(configMap("shop", "web"), propagation.Holding{Parent: "parent"})
	d.untilShape(map[string][]string{"configmaps-0": {"web"}})
	twin, err := d.bundles().Get(t.Context(), "configmaps-0", metav1.GetOptions{})
	require.NoError(t, err)
	twin.SetName("configmaps-7")
	twin.SetUID("")
	twin.SetResourceVersion("")
	_, err = d.bundles().Create(context.Background(), twin, metav1.CreateOptions{})
	require.NoError(t, err)
	d.untilShape(map[string][]string{"configmaps-0": {"web"}})
}
