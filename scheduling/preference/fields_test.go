package preference_test

import (
	"context"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/crdtest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

var (
	jobs        = federation.Type{Group: "batch", Version: "v1", Kind: "Job", Resource: "jobs", Scope: federation.NamespaceScoped}
	autoscalers = federation.Type{Group: "autoscaling", Version: "v2", Kind: "HorizontalPodAutoscaler", Resource: "horizontalpodautoscalers", Scope: federation.NamespaceScoped}
	crews       = federation.Type{Group: "example.test", Version: "v1", Kind: "Crew", Resource: "crews", Scope: federation.NamespaceScoped}
)

// heldOf is a number of each member's copy; members without a copy are left out.
func (w *world) heldOf(t federation.Type, name string, path ...string) by {
	w.Helper()
	all := by{}
	for _, s := range w.Servers {
		if o := w.Copy(s, t, name); o != nil {
			all[s.Cluster()], _, _ = unstructured.NestedInt64(o.Object, path...)
		}
	}
	return all
}

func TestAJobIsDividedByWhatRunsAndByWhatIsToDo(t *testing.T) {
	w := federate(t, 3, jobs)
	w.begin()
	w.Create(jobs, "sums", fields{
		"template": fields{"spec": fields{"completions": int64(12), "template": fields{"spec": fields{
			"restartPolicy": "Never", "containers": []any{fields{"name": "main", "image": "example.test/sums:1"}}}}}},
		"placement": fields{"clusters": []any{}},
	})
	w.prefer("sums", fields{"targetKind": "FederatedJob", "totalReplicas": int64(4), "clusters": fields{"member1": fields{"weight": int64(3)}, "member2": fields{"weight": int64(1)}}})
	running, todo := []string{"spec", "parallelism"}, []string{"spec", "completions"}
	w.Until("divided", func() bool { return maps.Equal(by{"member1": 3, "member2": 1}, w.heldOf(jobs, "sums", running...)) })
	require.Equal(t, by{"member1": 9, "member2": 3}, w.heldOf(jobs, "sums", todo...), "in proportion, and no Job where nothing is to do")
	s := w.untilScheduled("sums")
	require.Equal(t, []string{"/spec/parallelism", "/spec/completions"}, s.Fields)

	w.change("sums", `{"spec":{"totalReplicas":6}}`)
	w.Until("divided", func() bool { return sum(w.heldOf(jobs, "sums", running...)) == 6 })
	require.Equal(t, by{"member1": 9, "member2": 3}, w.heldOf(jobs, "sums", todo...), "what is to do in a cluster does not change")
	require.Equal(t, by{"member1": 9, "member2": 3}, w.told(jobs, "sums", "/spec/completions"))
}

func TestTheLimitsOfAnAutoscalerAreDivided(t *testing.T) {
	w := federate(t, 3, autoscalers)
	w.begin()
	w.Create(autoscalers, "web", fields{
		"template": fields{"spec": fields{"minReplicas": int64(4), "maxReplicas": int64(1), "scaleTargetRef": fields{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}},
	})
	w.prefer("web", fields{"targetKind": "FederatedHorizontalPodAutoscaler", "totalReplicas": int64(30),
		"clusters": fields{"member1": fields{"weight": int64(28)}, "member2": fields{"weight": int64(2)}, "member3": fields{}}})
	w.Until("divided", func() bool {
		return maps.Equal(by{"member1": 28, "member2": 2}, w.heldOf(autoscalers, "web", "spec", "maxReplicas"))
	})
	require.Equal(t, by{"member1": 3, "member2": 1}, w.heldOf(autoscalers, "web", "spec", "minReplicas"), "one at the least, and no more than the maximum")
	w.untilScheduled("web")
}

func TestTheLimitOfAClusterThatFailsGoesToTheOthers(t *testing.T) {
	w := federate(t, 2, autoscalers)
	w.begin()
	w.Create(autoscalers, "web", fields{
		"template": fields{"spec": fields{"minReplicas": int64(1), "maxReplicas": int64(1), "scaleTargetRef": fields{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}},
	})
	w.prefer("web", fields{"targetKind": "FederatedHorizontalPodAutoscaler", "totalReplicas": int64(30), "tolerations": soon()})
	limits := func(want by) func() bool {
		return func() bool { return maps.Equal(want, w.heldOf(autoscalers, "web", "spec", "maxReplicas")) }
	}
	w.Until("divided", limits(by{"member1": 15, "member2": 15}))
	require.Equal(t, by{"member1": 1, "member2": 1}, w.heldOf(autoscalers, "web", "spec", "minReplicas"), "one at the least in each")
	w.turn("member2", false)
	w.Until("all in the other", limits(by{"member1": 30, "member2": 15}))
	require.Equal(t, by{"member1": 1, "member2": 1}, w.heldOf(autoscalers, "web", "spec", "minReplicas"))
	w.turn("member2", true)
	w.Until("none where it failed", limits(by{"member1": 30}))
}

// crewDefinition is a custom resource whose scale subresource names a field of its
// own.
func crewDefinition() *apiextensionsv1.CustomResourceDefinition {
	open := true
	definition := &apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: apiextensionsv1.SchemeGroupVersion.String(), Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: crews.String()},
	}
	definition.Spec = apiextensionsv1.CustomResourceDefinitionSpec{
		Group: crews.Group, Scope: apiextensionsv1.NamespaceScoped,
		Names: apiextensionsv1.CustomResourceDefinitionNames{Kind: crews.Kind, Plural: crews.Resource, Singular: "crew", ListKind: "CrewList"},
		Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
			Name: crews.Version, Served: true, Storage: true,
			Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &open}},
			Subresources: &apiextensionsv1.CustomResourceSubresources{Scale: &apiextensionsv1.CustomResourceSubresourceScale{
				SpecReplicasPath: ".spec.crew.workers", StatusReplicasPath: ".status.workers"}},
		}},
	}
	return definition
}

func TestTheScaleSubresourceSaysWhichFieldIsDivided(t *testing.T) {
	w := federate(t, 2)
	for _, s := range w.Servers {
		crdtest.Install(t, s.Config(), crewDefinition())
	}
	w.Enable(crews)
	w.begin()
	w.Create(crews, "night", fields{"template": fields{"spec": fields{"crew": fields{}}}, "placement": fields{"clusterSelector": fields{}}})
	w.prefer("night", fields{"targetKind": "FederatedCrew", "totalReplicas": int64(8)})
	w.Until("divided", func() bool { return len(w.told(crews, "night", "/spec/replicas")) == 2 })
	crdtest.Install(t, w.Host.Config(), crewDefinition()) // nobody knew until now
	w.Judge(crews)                                        // the type is looked at anew
	w.Until("divided", func() bool {
		return maps.Equal(by{"member1": 4, "member2": 4}, w.heldOf(crews, "night", "spec", "crew", "workers"))
	})
	require.Empty(t, w.told(crews, "night", "/spec/replicas"))
}

// TestCountsOfACopyAreNotThoseOfAnotherField has a Deployment's deadline be divided:
// how many of its replicas are ready says nothing of that.
func TestCountsOfACopyAreNotThoseOfAnotherField(t *testing.T) {
	w := federate(t, 0, deployments)
	all := pretend()
	w.pretendMembers("a", "b")
	w.deploy("web", nil)
	o, err := w.Federated(deployments).Get(t.Context(), "web", metav1.GetOptions{})
	require.NoError(t, err)
	for _, cluster := range []federation.ClusterName{"a", "b"} {
		all.note(propagation.KeyOf(o), o.GetUID(), status.Observation{Cluster: cluster, Vitals: status.Vitals{
			Health: status.Healthy, Generation: 1, Counts: []status.Count{{Name: "replicas", N: 1}, {Name: "readyReplicas", N: 1}}}})
	}
	w.Preference.Copies = all
	w.schedule()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(600), "fields": []any{fields{"path": "/spec/progressDeadlineSeconds"}}})
	w.untilScheduled("web")
	w.Until("all count", func() bool { s, _ := w.status("web"); return s.ReadyReplicas == 600 })
}

// TestNobodyFightsAnAutoscaler has something write spec.replicas in a member, as an
// autoscaler does, while a preference divides them.
func TestNobodyFightsAnAutoscaler(t *testing.T) {
	w := federate(t, 2, deployments)
	w.begin()
	w.deploy("web", fields{"retainReplicas": true, "placement": fields{"clusters": []any{}}})
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6)})
	w.untilHeld("web", by{"member1": 3, "member2": 3}) // how they begin
	s := w.untilTold("web", "Retained", metav1.ConditionTrue, "Retained")
	require.Equal(t, "spec.retainReplicas of the FederatedDeployment leaves /spec/replicas to the clusters once they hold a copy, "+
		"for an autoscaler or for people: the plan says how a copy begins", s.Conditions[2].Message)
	w.scale(0, "web", 11)
	w.allReady("web")
	w.Until("seen", func() bool { s, _ := w.status("web"); return s.ReadyReplicas == 14 })
	before := w.Quiet()
	w.scale(0, "web", 12)
	w.change("web", `{"spec":{"totalReplicas":8}}`)
	w.untilScheduled("web")
	w.Until("told", func() bool {
		return maps.Equal(by{"member1": 4, "member2": 4}, w.told(deployments, "web", "/spec/replicas"))
	})
	w.Patch(deployments, "web", `{"spec":{"template":{"spec":{"minReadySeconds":3}}}}`)
	w.Until("there", func() bool {
		return maps.Equal(by{"member1": 3, "member2": 3}, w.heldOf(deployments, "web", "spec", "minReadySeconds"))
	})
	require.Equal(t, by{"member1": 12, "member2": 3}, w.held("web"), "the clusters say how many")
	made := w.Quiet().Since(before)
	require.LessOrEqual(t, writes(made), 3, made)
}

// scale writes how many replicas a member's copy asks for, as an autoscaler does.
func (w *world) scale(member int, name string, n int64) {
	w.Helper()
	_, err := w.In(w.Servers[member], deployments).Patch(context.Background(), name, types.MergePatchType,
		[]byte(`{"spec":{"replicas":`+string(rune('0'+n/10))+string(rune('0'+n%10))+`}}`), metav1.PatchOptions{FieldManager: "autoscaler"}, "scale")
	require.NoError(w, err)
}
