package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// pictured is what /federation says of one object.
type pictured struct {
	Type, Namespace, Name string
	Status                federatedkind.Status
}

// read asks the process for JSON.
func read[T any](p *process, path string) (code int, content T) {
	p.t.Helper()
	code, body := p.get(path)
	require.NoError(p.t, json.Unmarshal([]byte(body), &content), body)
	return code, content
}

// refused is what the process says to what it does not answer.
func refused(p *process, path string) (code int, why string) {
	p.t.Helper()
	code, content := read[struct{ Error string }](p, path)
	return code, content.Error
}

// What /federation says of an object is what its status says, and no request to
// anybody.
func TestFederationSaysHowObjectsAre(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.setup().Enable(t.Context(), "deployments.apps", "secrets"))
	for _, server := range servers.Shared(t, "m1", "m2") {
		w.join(server)
	}
	p := w.start(quick)
	w.declareDeployment("web", "none")
	w.declareConfigMap("settings")
	w.declareConfigMap("texts")
	w.arrives("settings")
	w.arrives("texts")
	about := "/federation/deployments.apps/" + w.namespace + "/web"
	require.Eventually(t, func() bool {
		code, got := read[pictured](p, about)
		return code == http.StatusOK && len(got.Status.Clusters) == 2 &&
			got.Status.Clusters[0].Health == "Progressing" && got.Status.Clusters[1].Health == "Progressing"
	}, soon, tick)
	w.work("web")
	require.Eventually(t, func() bool {
		_, got := read[pictured](p, about)
		return got.Status.Totals["availableReplicas"] == 2 && got.Status.Worst.Health == "Healthy"
	}, soon, tick)
	_, got := read[pictured](p, about)
	require.Equal(t, []string{"deployments.apps", w.namespace, "web"}, []string{got.Type, got.Namespace, got.Name})
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		_, got := read[pictured](p, about)
		stored := w.status("federateddeployments", "web")
		for i := range stored.Conditions {
			stored.Conditions[i].LastUpdateTime, stored.Conditions[i].LastTransitionTime = metav1.Time{}, metav1.Time{}
		}
		require.Equal(c, got.Status, stored)
	}, soon, tick)

	_, types := read[struct{ Types []string }](p, "/federation")
	require.Equal(t, []string{"configmaps", "deployments.apps", "namespaces", "secrets"}, types.Types)
	p.asksNobodyFor("/federation", "/federation/deployments.apps", about)

	type page struct {
		Items    []pictured
		Continue string
	}
	_, first := read[page](p, "/federation/configmaps?limit=1")
	require.Equal(t, "settings", first.Items[0].Name)
	_, second := read[page](p, "/federation/configmaps?limit=1&continue="+first.Continue)
	require.Equal(t, "texts", second.Items[0].Name)
	require.Empty(t, second.Continue)
	_, elsewhere := read[page](p, "/federation/configmaps?namespace=elsewhere")
	require.Empty(t, elsewhere.Items)
	_, own := read[pictured](p, "/federation/namespaces/"+w.namespace)
	require.Equal(t, "Healthy", own.Status.Clusters[0].Health)

	code, why := refused(p, "/federation/widgets/shop/web")
	require.Equal(t, http.StatusNotFound, code)
	require.Equal(t, `no type "widgets" is carried; these are: configmaps, deployments.apps, namespaces, secrets`, why)
	code, why = refused(p, "/federation/configmaps/shop/web")
	require.Equal(t, http.StatusNotFound, code)
	require.Equal(t, "no federated object declares configmaps shop/web", why)
	code, why = refused(p, "/federation/configmaps?limit=none")
	require.Equal(t, http.StatusBadRequest, code)
	require.Equal(t, `limit: want a number from 1 to 500, not "none"`, why)
}

// asksNobodyFor holds the process to answer these without a request to a member or to
// the host. What it does anyway may come between.
func (p *process) asksNobodyFor(paths ...string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		before := p.allRequests()
		for range 20 {
			for _, path := range paths {
				code, _ := p.get(path)
				require.Equal(p.t, http.StatusOK, code, path)
			}
		}
		return maps.Equal(before, p.allRequests())
	}, soon, tick, "no request is made")
}

// allRequests are those that the process made to members and host, as its metrics
// tell, but for those that keep its lease.
func (p *process) allRequests() map[string]float64 {
	p.t.Helper()
	made := map[string]float64{}
	for series, n := range p.samples() {
		if strings.HasPrefix(series, "fedrail_requests_total{") && !strings.Contains(series, `resource="leases"`) {
			made[series] = n
		}
	}
	require.NotEmpty(p.t, made)
	return made
}

// TestAStandbySaysWhomToAsk, for it knows nothing.
func TestAStandbySaysWhomToAsk(t *testing.T) {
	w := newWorld(t)
	w.start(quick).isReady("leader")
	second := w.start(quick)
	second.isReady("standby")
	for _, path := range []string{"/federation", "/federation/configmaps", "/federation/configmaps/shop/web"} {
		code, why := refused(second, path)
		require.Equal(t, http.StatusServiceUnavailable, code, path)
		require.Equal(t, "this instance does not work: ask the one whose /readyz says that it is the leader", why)
	}
}

// TestFederationSaysNothingOfWhatASecretHolds.
func TestFederationSaysNothingOfWhatASecretHolds(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.setup().Enable(t.Context(), "secrets"))
	w.join(servers.Shared(t, "m1")[0])
	p := w.start(quick)
	w.create("federatedsecrets", "FederatedSecret", "key", map[string]any{"stringData": map[string]any{"password": "swordfish"}})
	require.Eventually(t, func() bool {
		_, err := w.members[0].CoreV1().Secrets(w.namespace).Get(t.Context(), "key", metav1.GetOptions{})
		return err == nil
	}, soon, tick)
	for _, path := range []string{"/federation/secrets", "/federation/secrets/" + w.namespace + "/key"} {
		code, body := p.get(path)
		require.Equal(t, http.StatusOK, code)
		require.Contains(t, body, `"name": "key"`)
		require.NotContains(t, body, "swordfish")
		require.NotContains(t, body, "password")
	}
}

// With an expression that cannot be, objects are carried and not known to work,
// which they say, and so do the type's events, until it is mended.
func TestAWrongExpressionIsToldAndMended(t *testing.T) {
	w := newWorld(t, "m1")
	w.start(quick)
	config := func(change string) {
		_, err := w.client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(corev1beta1.DefaultNamespace).
			Patch(t.Context(), "configmaps", types.MergePatchType, []byte(change), metav1.PatchOptions{})
		require.NoError(t, err)
	}
	config(`{"spec":{"health":{"collection":"Enabled","healthy":"object.data.color =="}}}`)
	w.declareConfigMap("early")
	w.arrives("early")
	events := controlplanetest.Client(t, w.host).CoreV1().Events(corev1beta1.DefaultNamespace)
	require.Eventually(t, func() bool {
		all, err := events.List(t.Context(), metav1.ListOptions{FieldSelector: "involvedObject.name=configmaps,reason=InvalidHealth"})
		require.NoError(t, err)
		early := w.status("federatedconfigmaps", "early")
		const told = "spec.health: correct the expression, or take it away: healthy: line 1, column "
		return len(all.Items) == 1 && strings.HasPrefix(all.Items[0].Message, told) &&
			len(early.Clusters) == 1 && early.Clusters[0].Health == "Unknown" && strings.HasPrefix(early.Clusters[0].HealthMessage, told)
	}, soon, tick)
	config(`{"spec":{"health":{"healthy":"object.data.name == 'settings'"}}}`)
	w.declareConfigMap("settings")
	w.declareConfigMap("texts")
	require.Eventually(t, func() bool {
		one, other := w.status("federatedconfigmaps", "settings"), w.status("federatedconfigmaps", "texts")
		return len(one.Clusters) == 1 && one.Clusters[0].Health == "Healthy" && len(other.Clusters) == 1 && other.Clusters[0].Health == "Progressing"
	}, soon, tick)
}

// work writes the status that a Deployment has when it works, in every member.
func (w *world) work(name string) {
	w.t.Helper()
	for _, member := range w.members {
		deployments := member.AppsV1().Deployments(w.namespace)
		_, err := deployments.Patch(w.t.Context(), name, types.MergePatchType, []byte(`{"status":{"observedGeneration":1,
			"replicas":1,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1,
			"conditions":[{"type":"Available","status":"True"},{"type":"Progressing","status":"True","reason":"NewReplicaSetAvailable"}]}}`),
			metav1.PatchOptions{}, "status")
		require.NoError(w.t, err)
	}
}

// status is that of a federated object.
func (w *world) status(plural, name string) federatedkind.Status {
	w.t.Helper()
	object, err := w.federated(plural).Get(w.t.Context(), name, metav1.GetOptions{})
	require.NoError(w.t, err)
	status, err := federatedkind.StatusOf(object)
	require.NoError(w.t, err)
	return status
}

// create declares an object of a kind in every member.
func (w *world) create(plural, kind, name string, template map[string]any) {
	w.t.Helper()
	_, err := w.federated(plural).Create(w.t.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "types.kubefed.io/v1beta1", "kind": kind, "metadata": map[string]any{"name": name},
		"spec": map[string]any{"template": template, "placement": map[string]any{"clusterSelector": map[string]any{}}},
	}}, metav1.CreateOptions{})
	require.NoError(w.t, err)
}
