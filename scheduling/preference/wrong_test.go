package preference_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/scheduling/preference"
)

// wrong is a preference that cannot be carried out, and what is told.
type wrong struct {
	spec            fields
	reason, message string
}

func wrongs() map[string]wrong {
	kind := func(name string) fields { return fields{"targetKind": name, "totalReplicas": int64(3)} }
	with := func(more fields) fields {
		spec := kind("FederatedDeployment")
		for k, v := range more {
			spec[k] = v
		}
		return spec
	}
	const there = "There are FederatedConfigMap, FederatedDeployment, FederatedNamespace"
	return map[string]wrong{
		"the-kind-itself": {kind("Deployment"), v1alpha1.UnknownTargetKind,
			`spec.targetKind: no type is federated as "Deployment"; did you mean "FederatedDeployment"? ` + there},
		"no-such-kind": {kind("FederatedUnicorn"), v1alpha1.UnknownTargetKind, `spec.targetKind: no type is federated as "FederatedUnicorn". ` + there},
		"no-object":    {kind("FederatedDeployment"), v1alpha1.TargetNotFound, "there is no FederatedDeployment NAMESPACE/no-object: create it, or choose another spec.targetKind"},
		"nothing-to-divide": {kind("FederatedConfigMap"), v1alpha1.InvalidTarget,
			"a ConfigMap has no replicas: name the fields that are to be divided in spec.fields, or choose another spec.targetKind"},
		"no-sense": {with(fields{"planner": "Fair", "clusters": fields{"*": fields{"minReplicas": int64(5), "maxReplicas": int64(3)}}}), v1alpha1.InvalidPreference,
			"decide NAMESPACE/no-sense: plan: cluster \"member1\": max: 3 is less than min 5"},
		"no-operator": {with(fields{"tolerations": []any{fields{"key": "fedrail.io/drain", "operator": "Exist"}}}), v1alpha1.InvalidPreference,
			`spec.tolerations[0].operator: there is no "Exist": write Exists or Equal`},
		"no-cost": {with(fields{"planner": "Cost"}), v1alpha1.InvalidPreference,
			"decide NAMESPACE/no-cost: plan: cluster \"member1\": cost: it is required, more than 0"},
		"no-selector": {with(fields{"intersectWithClusterSelector": true}), v1alpha1.NoClusters,
			"the FederatedDeployment has no spec.placement.clusterSelector, which spec.intersectWithClusterSelector asks for: add one, or set that to false"},
	}
}

func TestWhatIsWrongWithAPreferenceIsTold(t *testing.T) {
	w := federate(t, 1, deployments, testbed.ConfigMaps())
	w.begin()
	nowhere := fields{"placement": fields{"clusters": []any{}}}
	for name, one := range wrongs() {
		switch one.reason {
		case v1alpha1.InvalidPreference, v1alpha1.NoClusters:
			w.deploy(name, nowhere)
		case v1alpha1.InvalidTarget:
			w.Create(testbed.ConfigMaps(), name, nowhere)
		}
		w.prefer(name, one.spec)
	}
	for name, one := range wrongs() {
		t.Run(name, func(t *testing.T) {
			s := w.untilTold(name, v1alpha1.Scheduled, metav1.ConditionFalse, one.reason)
			message := strings.ReplaceAll(one.message, "NAMESPACE", w.Namespace)
			require.Equal(t, message, s.Conditions[0].Message)
			w.Until("event", func() bool { return slices.Contains(w.Events(name), one.reason+": "+message) })
			if one.reason == v1alpha1.InvalidPreference || one.reason == v1alpha1.NoClusters {
				require.Empty(t, w.placed(deployments, name))
				require.Empty(t, w.spec(deployments, name).Overrides)
			}
		})
	}
}

func TestAPreferenceWaitsForItsObjectAndItsType(t *testing.T) {
	w := federate(t, 1)
	w.begin()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(3)})
	w.untilTold("web", v1alpha1.Scheduled, metav1.ConditionFalse, v1alpha1.UnknownTargetKind)
	w.Enable(deployments)
	w.untilTold("web", v1alpha1.Scheduled, metav1.ConditionFalse, v1alpha1.TargetNotFound)
	w.deploy("web", nil)
	w.untilHeld("web", by{"member1": 3})
	w.propagate(corev1beta1.Disabled)
	w.untilTold("web", v1alpha1.Scheduled, metav1.ConditionFalse, v1alpha1.TargetNotEnabled)
	w.change("web", `{"spec":{"totalReplicas":5}}`)
	w.untilTold("web", v1alpha1.Scheduled, metav1.ConditionFalse, v1alpha1.TargetNotEnabled)
	require.Equal(t, by{"member1": 3}, w.told(deployments, "web", "/spec/replicas"))
	w.propagate(corev1beta1.Enabled)
	w.untilHeld("web", by{"member1": 5})
	w.Delete(deployments, "web")
	s := w.untilTold("web", v1alpha1.Scheduled, metav1.ConditionFalse, v1alpha1.TargetNotFound)
	require.Empty(t, s.Clusters)
	require.Nil(t, meta.FindStatusCondition(s.Conditions, v1alpha1.Settled))
}

// propagate turns the carrying of Deployments on or off.
func (w *world) propagate(to corev1beta1.Toggle) {
	w.Helper()
	_, err := w.Client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(w.System).Patch(context.Background(), deployments.String(),
		types.MergePatchType, []byte(`{"spec":{"propagation":"`+string(to)+`"}}`), metav1.PatchOptions{})
	require.NoError(w, err)
}

func TestWhatMadeSenseStaysWhenItMakesNoneAnyMore(t *testing.T) {
	w := federate(t, 1, deployments)
	w.begin()
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(3), "planner": "Fair"})
	before := w.untilScheduled("web")
	w.change("web", `{"spec":{"totalReplicas":7,"clusters":{"*":{"weight":-1}}}}`)
	s := w.untilTold("web", v1alpha1.Scheduled, metav1.ConditionFalse, v1alpha1.InvalidPreference)
	require.Equal(t, before.Clusters, s.Clusters)
	require.Equal(t, by{"member1": 3}, w.told(deployments, "web", "/spec/replicas"))
}

func TestOptionsThatAreMissing(t *testing.T) {
	_, err := preference.New(preference.Options{})
	require.EqualError(t, err, "preference: Options need Client, Writer and Registry")
}
