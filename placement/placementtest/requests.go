package placementtest

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
)

func requests() map[string]placement.Request {
	every := placement.Placement{Selector: &metav1.LabelSelector{}}
	eu := placement.Placement{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"region": "eu"}}}
	listed := placement.Placement{Clusters: []federation.ClusterName{"c", "a", "typo", "a"}}
	return map[string]placement.Request{
		"nothing asked for":            request(placement.Placement{}),
		"empty list":                   request(placement.Placement{Clusters: []federation.ClusterName{}, Selector: &metav1.LabelSelector{}}),
		"every cluster":                request(every),
		"by label":                     request(eu),
		"by name, unordered and wrong": request(listed),
		"bounded by a list":            request(every, placement.Bound{By: "test", Within: &listed}),
		"bounded by an empty list":     request(every, placement.Bound{By: "test", Within: &placement.Placement{Clusters: []federation.ClusterName{}}}),
		"bounded twice":                request(every, placement.Bound{By: "one", Within: &listed}, placement.Bound{By: "two", Within: &eu}),
		"bound missing":                request(listed, placement.Bound{By: "test"}),
		"no members":                   {Want: listed},
		"empty request":                {},
		"tainted":                      tainted(every),
		"tainted, and all but one":     tainted(listed),
		"tainted, and there already":   tainted(every, "a", "b", "c", "d", "gone"),
		"tainted, and tolerant":        tainted(tolerant(every, corev1.Toleration{Operator: corev1.TolerationOpExists}), "b"),
		"tainted, tolerant for a time": tainted(tolerant(every, forAWhile("drain", 60), forAWhile("repair", 90)), "a", "b", "c"),
		"tainted, and time is up":      tainted(tolerant(every, forAWhile("drain", 10), forAWhile("repair", 40)), "a", "b", "c"),
	}
}

func wrongRequests() map[string]placement.Request {
	wrong := placement.Placement{Selector: &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "region", Operator: "Near"}}}}
	every := placement.Placement{Selector: &metav1.LabelSelector{}}
	return map[string]placement.Request{
		"wrong selector":            request(wrong),
		"wrong selector in a bound": request(every, placement.Bound{By: "test", Within: &wrong}),
		"wrong toleration":          request(tolerant(every, corev1.Toleration{Key: "repair", Operator: "Near"})),
	}
}

func request(want placement.Placement, bounds ...placement.Bound) placement.Request {
	return placement.Request{
		Object: placement.Object{Kind: schema.GroupKind{Group: "apps", Kind: "Deployment"}, Namespace: "shop", Name: "web"},
		Want:   want,
		Bounds: bounds,
		Members: federation.NewClusterSet(
			federation.Cluster{Name: "a", Ready: true, Labels: labels.Set{"region": "eu"}},
			federation.Cluster{Name: "b", Ready: false, Labels: labels.Set{"region": "eu"}},
			federation.Cluster{Name: "c", Ready: true, Labels: labels.Set{"region": "us"}},
			federation.Cluster{Name: "d", Ready: true},
		),
	}
}

// noon is when taints were added.
var noon = metav1.NewTime(time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC))

// tainted is a request of half a minute later, of an object that is in the clusters
// that are named.
func tainted(want placement.Placement, holding ...federation.ClusterName) placement.Request {
	req := request(want)
	req.Holding, req.Now = holding, noon.Add(30*time.Second)
	taint := func(key string, effect corev1.TaintEffect) corev1.Taint {
		return corev1.Taint{Key: key, Effect: effect, TimeAdded: &noon}
	}
	taints := map[federation.ClusterName][]corev1.Taint{
		"a": {taint("disk", corev1.TaintEffectPreferNoSchedule), taint("repair", corev1.TaintEffectNoExecute)},
		"b": {taint("drain", corev1.TaintEffectNoExecute), taint("repair", corev1.TaintEffectNoExecute)},
		"c": {taint("repair", corev1.TaintEffectNoSchedule)},
	}
	all := slices.Collect(req.Members.All())
	for i := range all {
		all[i].Taints = taints[all[i].Name]
	}
	req.Members = federation.NewClusterSet(all...)
	return req
}

func tolerant(p placement.Placement, tolerations ...corev1.Toleration) placement.Placement {
	p.Tolerations = tolerations
	return p
}

func forAWhile(key string, seconds int64) corev1.Toleration {
	return corev1.Toleration{Key: key, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: &seconds}
}

// asJSON is a picture of all that a placer could change.
func asJSON(t *testing.T, req placement.Request) string {
	t.Helper()
	picture, err := json.Marshal([]any{req.Object, req.Want, req.Bounds, req.Holding, slices.Collect(req.Members.All())})
	require.NoError(t, err)
	return string(picture)
}
