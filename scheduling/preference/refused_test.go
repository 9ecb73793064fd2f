package preference_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/apis/crds"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/internal/crdtest"
	"github.com/fedrail/fedrail/internal/testbed"
)

func TestWhatTheHostRefusesIsTold(t *testing.T) {
	w := federate(t, 0, deployments)
	w.pretendMembers("a")
	w.deploy("web", nil)
	w.refuseOverrides("nobody may say so")
	w.schedule()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(2)})
	s := w.untilTold("web", v1alpha1.Scheduled, metav1.ConditionFalse, v1alpha1.NotWritten)
	require.Contains(t, s.Conditions[0].Message, "nobody may say so")
}

func TestWhatAClusterRefusesIsTold(t *testing.T) {
	w := federate(t, 1, deployments)
	w.begin()
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(2), "fields": []any{fields{"path": "/spec/template"}}})
	s := w.untilTold("web", v1alpha1.Settled, metav1.ConditionFalse, v1alpha1.Refused)
	require.Regexp(t, "^member1: (Creation|Update)Failed: .*spec.template", meta.FindStatusCondition(s.Conditions, v1alpha1.Settled).Message)
}

func TestClustersThatThereAreNotAreNamed(t *testing.T) {
	w := federate(t, 0, deployments)
	w.pretendMembers("a", "b")
	w.deploy("web", nil)
	w.schedule()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(2), "clusters": fields{"*": fields{"weight": int64(1)}, "bb": fields{}, "aa": fields{}}})
	s := w.untilScheduled("web")
	require.Equal(t, "all of 2 replicas have a cluster; spec.clusters speaks of clusters that are no members: aa, bb: correct the names, or have them join",
		meta.FindStatusCondition(s.Conditions, v1alpha1.Scheduled).Message)
}

// refuseOverrides has the host refuse overrides in the bed's namespace.
func (w *world) refuseOverrides(message string) {
	w.Helper()
	group := schema.GroupVersion{Group: "admissionregistration.k8s.io", Version: "v1"}
	create := func(kind, resource string, spec fields) {
		all := w.Client.Resource(group.WithResource(resource))
		_, err := all.Create(w.Context(), &unstructured.Unstructured{Object: fields{
			"apiVersion": group.String(), "kind": kind, "metadata": fields{"name": w.Namespace}, "spec": spec}}, metav1.CreateOptions{})
		require.NoError(w, err)
	}
	create("ValidatingAdmissionPolicy", "validatingadmissionpolicies", fields{
		"matchConstraints": fields{"resourceRules": []any{fields{"apiGroups": []any{"types.kubefed.io"}, "apiVersions": []any{"*"}, "operations": []any{"UPDATE"}, "resources": []any{"federateddeployments"}}}},
		"validations":      []any{fields{"expression": "!has(object.spec.overrides)", "message": message}},
	})
	create("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", fields{
		"policyName": w.Namespace, "validationActions": []any{"Deny"},
		"matchResources": fields{"namespaceSelector": fields{"matchLabels": fields{"kubernetes.io/metadata.name": w.Namespace}}},
	})
	w.Until("refused", func() bool {
		_, err := w.Federated(deployments).Patch(w.Context(), "web", types.MergePatchType, []byte(`{"spec":{"overrides":[{"clusterName":"a"}]}}`),
			metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}})
		return err != nil
	})
}

// TestAHostWithTheDefinitionOfKubeFed knows no status of preferences: they are
// carried out, and nothing is written again and again.
func TestAHostWithTheDefinitionOfKubeFed(t *testing.T) {
	host := servers.Fresh(t, "host")[0]
	w := &world{Bed: testbed.New(t, host, nil, deployments), stop: func() {}}
	t.Cleanup(func() { w.stop() })
	all, err := crds.All()
	require.NoError(t, err)
	for _, definition := range all {
		if definition.Name == v1alpha1.ReplicaSchedulingPreferences().GroupResource().String() {
			root := definition.Spec.Versions[0].Schema.OpenAPIV3Schema
			root.Properties["status"] = apiextensionsv1.JSONSchemaProps{Type: "object"}
			crdtest.Install(t, host.Config(), definition)
		}
	}
	w.pretendMembers("a", "b")
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(2)})
	w.Until("served as it is defined now", func() bool {
		o, err := w.preferences().Patch(t.Context(), "web", types.MergePatchType, []byte(`{"status":{"unplaced":1}}`),
			metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}}, "status")
		require.NoError(t, err)
		_, kept, _ := unstructured.NestedInt64(o.Object, "status", "unplaced")
		return !kept
	})
	w.schedule()
	w.Until("divided", func() bool { return maps.Equal(by{"a": 1, "b": 1}, w.told(deployments, "web", "/spec/replicas")) })
	before := w.Quiet()
	s, _ := w.status("web")
	require.Empty(t, s.Clusters)
	w.Patch(deployments, "web", `{"spec":{"template":{"spec":{"paused":true}}}}`)
	require.Zero(t, writes(w.Quiet().Since(before)))
}
