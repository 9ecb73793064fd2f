package preference_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

func (w *world) deletePreference(name string) {
	w.Helper()
	require.NoError(w, w.preferences().Delete(context.Background(), name, metav1.DeleteOptions{}))
}

func TestWhatWasDividedStaysWhenThePreferenceGoes(t *testing.T) {
	w := federate(t, 2, deployments)
	w.begin()
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6)})
	w.untilHeld("web", by{"member1": 3, "member2": 3})
	before := w.Quiet()
	w.deletePreference("web")
	w.untilGone("web")
	require.Equal(t, 1, writes(w.Quiet().Since(before)), "taints count again where it is placed")
	require.Equal(t, by{"member1": 3, "member2": 3}, w.told(deployments, "web", "/spec/replicas"))
}

// marked are the federated objects of these types that say that their taints are
// weighed by a preference.
func (w *world) marked(name string, of ...federation.Type) (kinds []string) {
	w.Helper()
	for _, t := range of {
		o, err := w.Federated(t).Get(context.Background(), name, metav1.GetOptions{})
		require.NoError(w, err)
		if o.GetAnnotations()[federatedkind.TaintsAnnotation] != "" {
			kinds = append(kinds, t.Kind)
		}
	}
	return kinds
}

func TestTaintsCountAgainWhereAPreferenceWentWhileNobodyLooked(t *testing.T) {
	w := federate(t, 0, deployments)
	w.pretendMembers("a")
	for _, name := range []string{"web", "api"} {
		w.deploy(name, nil)
		w.prefer(name, fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(2)})
	}
	w.schedule()
	w.untilScheduled("web")
	w.untilScheduled("api")
	w.halt()
	w.deletePreference("web")
	w.untilGone("web")
	require.NotEmpty(t, w.marked("web", deployments))
	w.schedule()
	w.Until("they count", func() bool { return len(w.marked("web", deployments)) == 0 })
	require.NotEmpty(t, w.marked("api", deployments))
}

func TestTaintsCountAgainWhereAPreferenceTurnsToAnotherKind(t *testing.T) {
	w := federate(t, 0, deployments, jobs)
	w.pretendMembers("a")
	w.deploy("web", nil)
	w.Create(jobs, "web", fields{"template": fields{"spec": fields{}}, "placement": fields{"clusters": []any{}}})
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(2)})
	w.schedule()
	w.untilScheduled("web")
	require.Equal(t, []string{"Deployment"}, w.marked("web", deployments, jobs))
	w.change("web", `{"spec":{"targetKind":"FederatedJob"}}`)
	w.untilScheduled("web")
	require.Equal(t, []string{"Job"}, w.marked("web", deployments, jobs))
}

func TestWhatWasDividedIsTakenBackIfThatIsAsked(t *testing.T) {
	w := federate(t, 2, deployments)
	w.begin()
	paused := fields{"path": "/spec/paused", "value": true}
	w.deploy("web", fields{"overrides": []any{fields{"clusterName": "member1", "clusterOverrides": []any{paused}}}})
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6), "onDelete": "Reset"})
	w.untilHeld("web", by{"member1": 3, "member2": 3})
	w.untilScheduled("web")
	w.deletePreference("web")
	w.untilGone("web")
	require.Empty(t, w.told(deployments, "web", "/spec/replicas"))
	require.Nil(t, w.placed(deployments, "web"), "the selector says where it is")
	require.Len(t, w.spec(deployments, "web").Overrides, 1, "what others wrote stays")
	w.untilHeld("web", by{"member1": 1, "member2": 1})
}

func TestAPreferenceGoesWithoutItsObject(t *testing.T) {
	w := federate(t, 1, deployments)
	w.begin()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6), "onDelete": "Reset"})
	w.prefer("other", fields{"targetKind": "FederatedUnicorn", "totalReplicas": int64(6), "onDelete": "Reset"})
	for _, name := range []string{"web", "other"} {
		w.untilTold(name, v1alpha1.Scheduled, metav1.ConditionFalse, map[string]string{"web": v1alpha1.TargetNotFound, "other": v1alpha1.UnknownTargetKind}[name])
		w.deletePreference(name)
		w.untilGone(name)
	}
}

func TestNothingIsTakenBackThatIsNotAskedForAnyMore(t *testing.T) {
	w := federate(t, 1, deployments)
	w.begin()
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6), "onDelete": "Reset"})
	w.untilScheduled("web")
	w.change("web", `{"spec":{"onDelete":"Keep"}}`)
	w.untilScheduled("web")
	w.halt()
	w.deletePreference("web")
	w.untilGone("web") // nobody holds it
	require.Equal(t, by{"member1": 6}, w.told(deployments, "web", "/spec/replicas"))
}

func TestAnotherFieldTakesThePlaceOfTheOneBefore(t *testing.T) {
	w := federate(t, 1, deployments)
	w.begin()
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6), "fields": []any{fields{"path": "/spec/minReadySeconds"}, fields{"path": "/spec/replicas", "total": int64(2)}}})
	w.untilScheduled("web")
	require.Equal(t, by{"member1": 6}, w.told(deployments, "web", "/spec/minReadySeconds"))
	require.Equal(t, by{"member1": 2}, w.told(deployments, "web", "/spec/replicas"))
	w.change("web", `{"spec":{"fields":null}}`)
	w.untilScheduled("web")
	require.Empty(t, w.told(deployments, "web", "/spec/minReadySeconds"))
	require.Equal(t, by{"member1": 6}, w.told(deployments, "web", "/spec/replicas"))
}
