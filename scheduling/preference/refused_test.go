package preference_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
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
