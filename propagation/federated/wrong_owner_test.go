package federated_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/push"
	"github.com/fedrail/fedrail/status"
)

// place puts a ConfigMap into the bed's namespace in the first member, as
// somebody else.
func place(b *testbed.Bed, name string, labels fields) *unstructured.Unstructured {
	b.Helper()
	o, err := b.In(b.Servers[0], configMaps).Create(b.Context(), &unstructured.Unstructured{Object: fields{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": fields{"name": name, "labels": labels}, "data": fields{"color": "theirs"},
	}}, metav1.CreateOptions{FieldManager: "somebody"})
	require.NoError(b, err)
	return o
}

func TestWhatIsThereAlreadyIsLeftAloneWithoutAdoption(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], configMaps)
	b.Push.Adoption = push.Refuse
	b.Run()
	theirs := place(b, "web", nil)
	declare(b, configMaps, "web", fields{"data": fields{"color": "ours"}})
	declare(b, configMaps, "good", fields{"data": fields{"color": "ours"}})
	message := "an object of that name is there already, and adoption is disabled; delete it, or enable adoption"
	untilStates(b, configMaps, "web", []state{{"member1", status.AlreadyExists, message}, {name: "member2"}})
	untilEvent(b, "web", "AlreadyExists: cluster member1: "+message)
	requireCarried(b, configMaps, "good")
	require.Equal(t, theirs, b.Copy(b.Servers[0], configMaps, "web"), "not touched")

	require.NoError(t, b.In(b.Servers[0], configMaps).Delete(t.Context(), "web", metav1.DeleteOptions{}))
	b.UntilReady(configMaps, "web")
	untilEvent(b, "web", "Recovered: cluster member1")
}

// TestWhatSaysManagedFalseIsLeftAlone also when it is a copy of ours already.
func TestWhatSaysManagedFalseIsLeftAlone(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], configMaps)
	b.Run()
	declare(b, configMaps, "ours", fields{"data": fields{"color": "ours"}})
	declare(b, configMaps, "good", fields{"data": fields{"color": "ours"}})
	b.UntilReady(configMaps, "ours")
	place(b, "theirs", fields{"kubefed.io/managed": "false"})
	write(b, 0, configMaps, "ours", `{"metadata":{"labels":{"kubefed.io/managed":"false"}},"data":{"color":"theirs"}}`)
	declare(b, configMaps, "theirs", fields{"data": fields{"color": "ours"}})
	message := `the object there says kubefed.io/managed: "false" and is left alone; remove that label to have it managed`
	for _, name := range []string{"theirs", "ours"} {
		t.Run(name, func(t *testing.T) {
			before := b.Copy(b.Servers[0], configMaps, name)
			untilStates(b, configMaps, name, []state{{"member1", status.ManagedLabelFalse, message}, {name: "member2"}})
			untilEvent(b, name, "ManagedLabelFalse: cluster member1: "+message)
			b.Patch(configMaps, name, `{"spec":{"template":{"data":{"size":"1"}}}}`)
			b.Until("changed elsewhere", func() bool { return dataOf(b, 1, name)["size"] == "1" })
			require.Equal(t, before, b.Copy(b.Servers[0], configMaps, name), "not touched")
		})
	}
	requireCarried(b, configMaps, "good")

	t.Run("the label goes", func(t *testing.T) {
		write(b, 0, configMaps, "theirs", `{"metadata":{"labels":{"kubefed.io/managed":null}}}`)
		b.UntilReady(configMaps, "theirs")
		require.Equal(t, fields{"color": "ours", "size": "1"}, dataOf(b, 0, "theirs"))
	})
	t.Run("deleted while it is left alone", func(t *testing.T) {
		b.Delete(configMaps, "ours")
		require.Equal(t, fields{"color": "theirs"}, dataOf(b, 0, "ours"), "theirs stays")
		require.Nil(t, b.Copy(b.Servers[1], configMaps, "ours"))
	})
}

// dataOf is the data of a copy; nil when there is none.
func dataOf(b *testbed.Bed, member int, name string) fields {
	b.Helper()
	copied := b.Copy(b.Servers[member], configMaps, name)
	if copied == nil {
		return nil
	}
	data, _ := copied.Object["data"].(fields)
	return data
}

func TestADeleteOptionThatCannotBeReadKeepsTheCopies(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], configMaps)
	b.Run()
	declare(b, configMaps, "web", fields{"data": fields{"color": "blue"}})
	declare(b, configMaps, "good", fields{"data": fields{"color": "blue"}})
	b.Patch(configMaps, "web", `{"metadata":{"annotations":{"kubefed.io/deleteoption":"{nope"}}}`)
	b.UntilReady(configMaps, "web")
	require.NoError(t, b.Federated(configMaps).Delete(t.Context(), "web", metav1.DeleteOptions{}))
	untilEvent(b, "web", "ComputePlacementFailed: metadata.annotations[kubefed.io/deleteoption]: "+
		`want a JSON object such as {"propagationPolicy":"Foreground"}: invalid character`)
	require.Equal(t, "ComputePlacementFailed", testbed.ReadyCondition(b.Status(configMaps, "web")).Reason)
	requireCarried(b, configMaps, "good")
	for i := range b.Servers {
		require.Equal(t, fields{"color": "blue"}, dataOf(b, i, "web"))
	}
	_, err := b.Federated(configMaps).Patch(t.Context(), "web", types.MergePatchType,
		[]byte(`{"metadata":{"annotations":{"kubefed.io/deleteoption":"{\"gracePeriodSeconds\":0}"}}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	b.UntilGone(configMaps, "web")
	for i := range b.Servers {
		require.Nil(t, b.Copy(b.Servers[i], configMaps, "web"))
	}
}
