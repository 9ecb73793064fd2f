package push_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
)

var (
	secrets  = federation.Type{Version: "v1", Kind: "Secret", Resource: "secrets", Scope: federation.NamespaceScoped}
	services = federation.Type{Version: "v1", Kind: "Service", Resource: "services", Scope: federation.NamespaceScoped}
)

// The ways in which admission may change the color of a ConfigMap.
var (
	rewritten = admissionv1.Mutation{PatchType: admissionv1.PatchTypeApplyConfiguration,
		ApplyConfiguration: &admissionv1.ApplyConfiguration{Expression: `Object{data: {"color": "theirs"}}`}}
	removed = admissionv1.Mutation{PatchType: admissionv1.PatchTypeJSONPatch,
		JSONPatch: &admissionv1.JSONPatch{Expression: `has(object.data) && "color" in object.data ? [JSONPatch{op: "remove", path: "/data/color"}] : []`}}
	dependent = admissionv1.Mutation{PatchType: admissionv1.PatchTypeApplyConfiguration,
		ApplyConfiguration: &admissionv1.ApplyConfiguration{Expression: `Object{data: {"color": "theirs-" + string(size(object.data))}}`}}
)

// admit has a member change every ConfigMap in a namespace at each write,
// whoever writes.
func admit(t *testing.T, member *controlplane.Server, namespace string, how admissionv1.Mutation) {
	t.Helper()
	client, err := kubernetes.NewForConfig(member.Config())
	require.NoError(t, err)
	name := "admit-" + namespace
	_, err = client.AdmissionregistrationV1().MutatingAdmissionPolicies().Create(t.Context(), &admissionv1.MutatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: admissionv1.MutatingAdmissionPolicySpec{
			MatchConstraints: &admissionv1.MatchResources{
				NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}},
				ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: admissionv1.RuleWithOperations{
					Operations: []admissionv1.OperationType{admissionv1.Create, admissionv1.Update},
					Rule:       admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"configmaps"}},
				}}},
			},
			ReinvocationPolicy: admissionv1.NeverReinvocationPolicy,
			Mutations:          []admissionv1.Mutation{how},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = client.AdmissionregistrationV1().MutatingAdmissionPolicyBindings().Create(t.Context(), &admissionv1.MutatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       admissionv1.MutatingAdmissionPolicyBindingSpec{PolicyName: name},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
}

// TestAdmissionThatChangesOurField is not fought with: the field stays ours,
// whatever its value, so the copy is as it can be.
func TestAdmissionThatChangesOurField(t *testing.T) {
	for name, row := range map[string]struct {
		how    admissionv1.Mutation
		color  string // what is left of ours
		beside string // and when somebody else added another field
	}{
		"another value":                      {rewritten, "theirs", "theirs"},
		"no value":                           {removed, "", ""},
		"a value that depends on the others": {dependent, "theirs-1", "theirs-2"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newCalm(t)
			admit(t, m.Servers[0], m.Namespace, row.how)
			m.untilAdmitted(row.color)
			for i := range 20 {
				m.declare(fmt.Sprintf("c-%02d", i), "ours", nil)
				m.want[0][fmt.Sprintf("c-%02d", i)] = row.color
			}
			m.untilAllReady()
			m.untilHeld(0, 1)
			m.requireQuiet(t, m.Quiet())
			m.requireQuietRestart(t)

			before := m.Counter.Requests()
			require.NoError(t, m.rival(0, "c-00", `{"data":{"extra":"1"}}`))
			m.requireQuiet(t, before)
			m.want[0]["c-00"] = row.beside
			m.untilHeld(0, 1)
			m.requireQuietRestart(t)
			m.changeTemplate(t)
			require.Empty(t, m.eventsOf("DriftCorrected"), "nothing was set back")
		})
	}
}

// untilAdmitted waits until the policy is in force.
func (m *many) untilAdmitted(color string) {
	m.Helper()
	m.Until("the policy is in force", func() bool {
		name := fmt.Sprintf("probe-%d", m.Counter.Requests().Total())
		m.declare(name, "ours", []int{0})
		m.UntilReady(configMaps, name)
		got, _, _ := unstructured.NestedString(m.Copy(m.Servers[0], configMaps, name).Object, "data", "color")
		m.Delete(configMaps, name)
		delete(m.want[0], name)
		return got == color
	})
}

// requireQuietRestart makes sure that a restart costs no request to members, and
// no write to the host.
func (m *many) requireQuietRestart(t *testing.T) {
	t.Helper()
	m.Stop()
	before := m.Counter.Requests()
	m.Run()
	m.requireQuiet(t, before)
	require.Zero(t, m.Counter.Requests().Since(before).Writes(testbed.HostName))
}

// changeTemplate costs one request for each member.
func (m *many) changeTemplate(t *testing.T) {
	before := m.Counter.Requests()
	m.Patch(configMaps, "c-00", `{"spec":{"template":{"data":{"size":"1"}}}}`)
	m.UntilReady(configMaps, "c-00")
	require.Equal(t, 2, toMembers(m.Quiet().Since(before)).Total())
	require.Equal(t, "1", m.Copy(m.Servers[0], configMaps, "c-00").Object["data"].(map[string]any)["size"])
}

// requireQuiet makes sure that nothing but lists and watches went to members
// since.
func (m *many) requireQuiet(t *testing.T, since budget.Requests) {
	t.Helper()
	require.Empty(t, toMembers(m.Quiet().Since(since)))
}

// TestWhatDefaultingNormalises is no drift, and costs nothing after a restart
// either.
func TestWhatDefaultingNormalises(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	m := newMany(testbed.New(t, all[0], all[1:], testbed.Deployments(), secrets, services))
	m.Run()
	container := map[string]any{"name": "main", "image": "example.test/web:1", "ports": []any{map[string]any{"containerPort": int64(80)}},
		"resources": map[string]any{"requests": map[string]any{"cpu": "1000m", "memory": "1024Mi"}},
		"env":       []any{map[string]any{"name": "EMPTY", "value": ""}}}
	labels := map[string]any{"app": "web"}
	everywhere := map[string]any{"clusterSelector": map[string]any{}}
	m.Create(testbed.Deployments(), "web", map[string]any{"placement": everywhere, "template": map[string]any{"spec": map[string]any{
		"replicas": int64(0), "selector": map[string]any{"matchLabels": labels}, "paused": false, "strategy": map[string]any{},
		"template": map[string]any{"metadata": map[string]any{"labels": labels, "creationTimestamp": nil}, "spec": map[string]any{"containers": []any{container}, "volumes": []any{}}},
	}}})
	m.Create(secrets, "web", map[string]any{"placement": everywhere, "template": map[string]any{"stringData": map[string]any{"a": "b", "empty": ""}}})
	m.Create(services, "web", map[string]any{"placement": everywhere, "template": map[string]any{"spec": map[string]any{
		"selector": labels, "ports": []any{map[string]any{"port": int64(80), "name": "plain"}, map[string]any{"port": int64(443), "name": "tls", "targetPort": "https"}}}}})
	for _, kind := range []federation.Type{testbed.Deployments(), secrets, services} {
		m.UntilReady(kind, "web")
	}
	m.requireQuiet(t, m.Quiet())
	m.requireQuietRestart(t)
}
