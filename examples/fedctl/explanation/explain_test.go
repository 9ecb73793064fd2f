package explanation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/explanation"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// declared is an object for all clusters, at generation 4, with a status.
func declared(observed int64, reason string, clusters ...any) subject.Subject {
	kind := federatedkind.Kind{Target: federation.Type{Version: "v1", Kind: "ConfigMap", Resource: "configmaps", Scope: federation.NamespaceScoped}}
	return subject.Subject{
		Config: kind.TypeConfig("").WithDefaults(),
		Members: federation.NewClusterSet(federation.Cluster{Name: "berlin", Ready: true}, federation.Cluster{Name: "madrid", Message: "no answer"},
			federation.Cluster{Name: "oslo", Ready: true, Leaving: federation.LeavingDelete}),
		Object: &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "types.kubefed.io/v1beta1", "kind": "FederatedConfigMap",
			"metadata": map[string]any{"namespace": "shop", "name": "web", "generation": int64(4), "uid": "its UID"},
			"spec":     map[string]any{"template": map[string]any{}, "placement": map[string]any{"clusterSelector": map[string]any{}}},
			"status": map[string]any{
				"observedGeneration": observed, "clusters": clusters,
				"conditions": []any{map[string]any{"type": "Ready", "status": "False", "reason": reason, "message": "it is told", "lastUpdateTime": "2026-01-01T00:00:00Z"}},
			},
		}},
	}
}

func in(name, state, message string) any {
	return map[string]any{"name": name, "status": state, "message": message}
}

func TestWhyWhatIsRecordedIsNotWhatIsDecided(t *testing.T) {
	for name, c := range map[string]struct {
		subject subject.Subject
		cluster string
		want    string
	}{
		"as it should":        {declared(4, "AllClusters", in("berlin", "", "")), "berlin", ""},
		"a rollout":           {declared(4, "RolloutInProgress", in("berlin", "WaitingForRollout", "its turn has not come")), "berlin", "the copy is not as it should be: WaitingForRollout: its turn has not come"},
		"not ready":           {declared(4, "AllClusters", in("madrid", "", "")), "madrid", "the cluster is not ready now, and what is recorded was seen before"},
		"not come to it":      {declared(3, "AllClusters"), "berlin", "what is recorded is of generation 3, and the object is at 4: no controller has come to it yet"},
		"an earlier one":      {declared(3, "AllClusters", in("berlin", "", "")), "berlin", "what is recorded is of an earlier generation"},
		"not there yet":       {declared(4, "AllClusters"), "berlin", "it is chosen now, and was not when that was recorded: a controller is about to create the copy, or does not run"},
		"still there":         {declared(4, "AllClusters", in("oslo", "", "")), "oslo", "it is not chosen now, and was when that was recorded: a controller is about to remove the copy, or does not run"},
		"going":               {declared(4, "AllClusters", in("oslo", "WaitingForRemoval", "")), "oslo", "the copy is on its way out: WaitingForRemoval"},
		"neither":             {declared(4, "AllClusters"), "oslo", ""},
		"held back, recorded": {declared(4, "LossGuarded", in("oslo", "", "")), "oslo", ""},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := explanation.Of(t.Context(), c.subject, explanation.Host, time.Now())
			require.NoError(t, err)
			for _, one := range e.Clusters {
				if one.Name == c.cluster {
					require.Equal(t, c.want, one.Differs)
				}
			}
		})
	}
}

func TestHowOldTheRecordIsIsTold(t *testing.T) {
	e, err := explanation.Of(t.Context(), declared(3, "LossGuarded"), explanation.Host, time.Now())
	require.NoError(t, err)
	now := time.Date(2026, 1, 1, 0, 3, 0, 0, time.UTC)
	require.Equal(t, "Recorded: 3m ago, for generation 3, an earlier one: Ready is False (LossGuarded): it is told", e.Lines(now)[0])
	require.Equal(t, "FederatedConfigMap shop/web: 2 of 3 clusters: 1 leaving", e.Title())
}
