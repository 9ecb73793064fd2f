package push_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/status"
)

// owning is a federation of one member, in which somebody else writes.
type owning struct {
	*testbed.Bed
	kind federation.Type
}

func newOwning(t *testing.T, kind federation.Type) owning {
	all := servers.Shared(t, "host", "member1")
	o := owning{testbed.New(t, all[0], all[1:], kind), kind}
	o.Run()
	o.UntilReady(testbed.Namespaces(), o.Namespace)
	return o
}

// declare makes a federated object with annotations, and waits until it is
// there.
func (o owning) declare(name string, template map[string]any, notes ...string) {
	o.Helper()
	o.create(name, template, notes...)
	o.UntilReady(o.kind, name)
}

func (o owning) create(name string, template map[string]any, notes ...string) {
	o.Helper()
	made := o.Create(o.kind, name, map[string]any{"template": template, "placement": map[string]any{"clusterSelector": map[string]any{}}})
	if len(notes) > 0 {
		annotations := map[string]string{}
		for i := 0; i < len(notes); i += 2 {
			annotations[notes[i]] = notes[i+1]
		}
		o.annotate(made.GetName(), annotations)
	}
}

func (o owning) annotate(name string, annotations map[string]string) {
	o.Helper()
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": annotations}})
	require.NoError(o, err)
	o.Patch(o.kind, name, string(body))
}

// change is made in the member by somebody of that name.
func (o owning) change(who, name, patch string, subresources ...string) {
	o.Helper()
	_, err := o.In(o.Servers[0], o.kind).Patch(context.Background(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: who}, subresources...)
	require.NoError(o, err)
}

// at is a field of the copy.
func (o owning) at(name string, path ...string) any {
	o.Helper()
	copied := o.Copy(o.Servers[0], o.kind, name)
	if copied == nil {
		return nil
	}
	v, _, _ := unstructured.NestedFieldNoCopy(copied.Object, path...)
	return v
}

func (o owning) untilAt(name string, want any, path ...string) {
	o.Helper()
	o.Until(fmt.Sprint(path, " is ", want), func() bool { return fmt.Sprint(o.at(name, path...)) == fmt.Sprint(want) })
}

// untilSays waits until the status of the object in the member is of that state,
// with those words.
func (o owning) untilSays(name string, state status.State, words ...string) {
	o.Helper()
	o.Until(fmt.Sprintf("%s %s: %q", name, state, words), func() bool {
		for _, c := range o.Status(o.kind, name).Clusters {
			said := c.Status == string(state)
			for _, w := range words {
				said = said && strings.Contains(c.Message, w)
			}
			if said {
				return true
			}
		}
		return false
	})
}

func (o owning) untilEvent(name, words string) {
	o.Helper()
	o.Until("event: "+words, func() bool { return strings.Contains(strings.Join(o.Events(name), "\n"), words) })
}

func (o owning) requireQuietRestart() {
	o.Helper()
	o.Quiet()
	o.Stop()
	before := o.Counter.Requests()
	o.Run()
	made := o.Quiet().Since(before)
	require.Zero(o, toMembers(made).Total(), made)
	require.Zero(o, made.Writes(testbed.HostName), made)
}

func colors(color, size string) map[string]any {
	return map[string]any{"data": map[string]any{"color": color, "size": size}}
}

func TestYieldLeavesAFieldToWhoeverTookIt(t *testing.T) {
	o := newOwning(t, configMaps)
	o.declare("web", colors("blue", "1"), "fedrail.io/conflict-policy", "Yield")
	o.Quiet()
	o.change("rival", "web", `{"data":{"color":"theirs"}}`)
	o.untilSays("web", status.OK, "left to others: .data.color (taken by rival)")
	o.untilEvent("web", "FieldsYielded: cluster member1: left to others: .data.color (taken by rival)")
	o.UntilReady(configMaps, "web")
	require.Equal(t, "theirs", o.at("web", "data", "color"))
	o.requireQuietRestart()

	o.Patch(configMaps, "web", `{"spec":{"template":{"data":{"color":"red","size":"2"}}}}`)
	o.untilAt("web", "2", "data", "size")
	o.UntilReady(configMaps, "web")
	require.Equal(t, "theirs", o.at("web", "data", "color"))
	o.requireQuietRestart()

	o.annotate("web", nil)
	o.untilAt("web", "red", "data", "color")
	o.untilAt("web", nil, "metadata", "annotations", "fedrail.io/yielded")
}

func TestReportWritesNothingUntilAConflictIsSettled(t *testing.T) {
	o := newOwning(t, configMaps)
	o.declare("web", colors("blue", "1"), "fedrail.io/conflict-policy", "Report")
	o.Quiet()
	o.change("rival", "web", `{"data":{"color":"theirs"}}`)
	o.untilSays("web", status.FieldConflict, ".data.color (taken by rival)", "choose another conflict policy")
	o.untilEvent("web", "FieldConflict: cluster member1: others own fields of the copy: .data.color (taken by rival)")
	o.Patch(configMaps, "web", `{"spec":{"template":{"data":{"size":"2"}}}}`)
	o.Until("seen", func() bool { return o.Status(configMaps, "web").ObservedGeneration == 2 })
	require.Equal(t, "1", o.at("web", "data", "size"))

	o.Patch(configMaps, "web", `{"spec":{"template":{"data":{"color":"theirs"}}}}`)
	o.untilAt("web", "2", "data", "size")
	o.UntilReady(configMaps, "web")
}

func TestAnAnnotationThatIsNoPolicyIsSaid(t *testing.T) {
	o := newOwning(t, configMaps)
	for name, row := range map[string]struct{ note, value, want string }{
		"conflict":  {"fedrail.io/conflict-policy", "yield", `want one of ["Overwrite" "Yield" "Report"], not "yield"`},
		"immutable": {"fedrail.io/immutable-fields", "Yes", `want one of ["Refuse" "Recreate"], not "Yes"`},
		"retain":    {"fedrail.io/retain", "spec.replicas", `field path "spec.replicas": want it to begin with a dot`},
	} {
		o.create(name, colors("blue", "1"), row.note, row.value)
		o.Until("said: "+row.want, func() bool {
			message := testbed.ReadyCondition(o.Status(configMaps, name)).Message
			return strings.Contains(message, row.want) && strings.Contains(message, "metadata.annotations["+row.note+"]")
		})
	}
}

func TestAFightIsReportedAndBacksOff(t *testing.T) {
	o := newOwning(t, configMaps)
	o.declare("web", colors("blue", "1"))
	before := o.Quiet()
	n := 0
	o.Until("said", func() bool {
		n++
		o.change("rival", "web", fmt.Sprintf(`{"data":{"color":"theirs-%d"}}`, n))
		for _, c := range o.Status(configMaps, "web").Clusters {
			if c.Status == string(status.FieldConflict) && strings.Contains(c.Message, "again and again: .data.color (taken by rival)") {
				return true
			}
		}
		return false
	})
	require.LessOrEqual(t, toMembers(o.Counter.Requests().Since(before)).Total(), n+4)
	o.UntilReady(configMaps, "web") // peace, after a while
	require.Equal(t, "blue", o.at("web", "data", "color"))
}

// TestWhatOthersWroteBeforeUsIsTakenOver, so that it goes when the template
// leaves it out.
func TestWhatOthersWroteBeforeUsIsTakenOver(t *testing.T) {
	for who, labels := range map[string]map[string]any{
		"controller-manager": {"kubefed.io/managed": "true"}, "kubectl-create": nil, "kubectl-client-side-apply": nil,
	} {
		t.Run(who, func(t *testing.T) {
			o := newOwning(t, configMaps)
			there := &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "web", "labels": labels},
				"data": map[string]any{"color": "old", "size": "1", "own": "theirs"},
			}}
			_, err := o.In(o.Servers[0], configMaps).Create(t.Context(), there, metav1.CreateOptions{FieldManager: who})
			require.NoError(t, err)
			before := o.Quiet()
			o.declare("web", colors("blue", "1"))
			require.LessOrEqual(t, toMembers(o.Quiet().Since(before)).Total(), 4)
			o.Patch(configMaps, "web", `{"spec":{"template":{"data":{"size":null}}}}`)
			o.UntilReady(configMaps, "web")
			o.untilAt("web", nil, "data", "size")
			require.Equal(t, "theirs", o.at("web", "data", "own"), "what the template never named stays")
			o.requireQuietRestart()
		})
	}
}

// requestsFor are those to members while something is done.
func (o owning) requestsFor(do func()) budget.Requests {
	before := o.Quiet()
	do()
	return toMembers(o.Quiet().Since(before))
}
