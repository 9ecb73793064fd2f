package federated_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/status"
)

// TestAReconcileSetsRightWhatNobodyCouldSee: somebody changed a copy in our name, so
// that whose the fields are tells nothing.
func TestAReconcileSetsRightWhatNobodyCouldSee(t *testing.T) {
	b := two(t)
	b.Run()
	declare(b, configMaps, "web", fields{"data": fields{"color": "blue"}})
	b.UntilReady(configMaps, "web")
	forged := b.Copy(b.Servers[0], configMaps, "web")
	forged.SetManagedFields(nil)
	forged.SetUID("")
	forged.SetResourceVersion("")
	forged.Object["data"] = fields{"color": "forged"}
	body, err := forged.MarshalJSON()
	require.NoError(t, err)
	_, err = b.In(b.Servers[0], configMaps).Patch(b.Context(), "web", types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: "fedrail"})
	require.NoError(t, err)
	b.Quiet()
	require.Equal(t, "forged", field(b, 0, "web", "color"))
	before := b.Quiet()
	annotate(b, configMaps, "web", federatedkind.ReconcileAnnotation, `"2026-01-01T00:00:00Z"`)
	b.Until("set right", func() bool { return field(b, 0, "web", "color") == "blue" })
	untilEvent(b, "web", "Reconciled: every copy was compared with what it should be and written anew, as asked: 2026-01-01T00:00:00Z")
	made := b.Quiet().Since(before)
	require.Equal(t, cost{members: 2, events: 1}, spent(made), made)
}

// TestARetryAsksTheClusterThatFailedAlone, and at once, however long it was to wait.
func TestARetryAsksTheClusterThatFailedAlone(t *testing.T) {
	b := two(t)
	b.Types.Loop.Backoff, b.Types.Loop.MaxBackoff = time.Hour, time.Hour
	b.Run()
	b.Create(configMaps, "web", fields{
		"template": fields{"data": fields{"color": "blue"}}, "placement": fields{"clusterSelector": fields{}},
		"overrides": []any{fields{"clusterName": "member2", "clusterOverrides": []any{fields{"op": "add", "path": "/immutable", "value": true}}}},
	})
	b.UntilReady(configMaps, "web")
	b.Patch(configMaps, "web", `{"spec":{"template":{"data":{"color":"green"}}}}`)
	b.Until("refused", func() bool {
		s := statesOf(b.Status(configMaps, "web"))
		return s[0].state == status.OK && s[1].state == status.UpdateFailed
	})
	before := b.Quiet()
	annotate(b, configMaps, "web", federatedkind.RetryAnnotation, `"1"`)
	b.Until("tried", func() bool { return b.Counter.Requests().Since(before).Writes("member2") == 1 })
	made := b.Quiet().Since(before)
	require.Equal(t, cost{members: 1}, spent(made), made)
}
