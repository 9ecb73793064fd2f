package placement_test

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
)

func members() federation.ClusterSet {
	return federation.NewClusterSet(
		federation.Cluster{Name: "paris", Labels: labels.Set{"region": "eu"}},
		federation.Cluster{Name: "berlin", Labels: labels.Set{"region": "eu"}},
		federation.Cluster{Name: "boston", Labels: labels.Set{"region": "us"}},
	)
}

func show(decision placement.Decision, err error) {
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("selected:", decision.Selected)
	for _, name := range []federation.ClusterName{"berlin", "bostom", "boston", "paris"} {
		if reason, rejected := decision.Rejected[name]; rejected {
			fmt.Printf("%s: %s: %s\n", name, reason.Code, reason.Message)
		}
	}
}

// An object asks for the clusters of a region.
func ExampleSelector() {
	show(placement.Selector{}.Place(context.Background(), placement.Request{
		Want:    placement.Placement{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"region": "eu"}}},
		Members: members(),
	}))
	// Output:
	// selected: [berlin paris]
	// boston: SelectorMismatch: clusterSelector asks for "region=eu", and the cluster's label is "region=us": change one of them
}

// An object asks for clusters by name, and its namespace is in some of them only.
func ExampleSelector_bounds() {
	show(placement.Selector{}.Place(context.Background(), placement.Request{
		Want: placement.Placement{Clusters: []federation.ClusterName{"bostom", "berlin", "paris"}},
		Bounds: []placement.Bound{{
			By:     "FederatedNamespace shop/shop",
			Within: &placement.Placement{Clusters: []federation.ClusterName{"berlin"}},
		}},
		Members: members(),
	}))
	// Output:
	// selected: [berlin]
	// bostom: UnknownCluster: no member has this name; did you mean "boston"? Members: berlin, boston, paris
	// boston: NotNamed: placement.clusters does not list the cluster: add it there
	// paris: OutOfBounds: FederatedNamespace shop/shop does not include the cluster: placement.clusters does not list the cluster: add it there
}

// A cluster is drained, and another one cordoned. An object that is in both leaves
// the first one, in five minutes, for that is how long it tolerates it.
func ExampleSelector_taints() {
	began := metav1.NewTime(time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC))
	seconds := int64(300)
	req := placement.Request{
		Want: placement.Placement{Selector: &metav1.LabelSelector{}, Tolerations: []corev1.Toleration{{
			Key: federation.DrainTaint, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: &seconds,
		}}},
		Holding: []federation.ClusterName{"berlin", "boston"},
		Members: federation.NewClusterSet(
			federation.Cluster{Name: "berlin", Taints: []corev1.Taint{{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoExecute, TimeAdded: &began}}},
			federation.Cluster{Name: "boston", Taints: []corev1.Taint{{Key: federation.CordonTaint, Effect: corev1.TaintEffectNoSchedule}}},
			federation.Cluster{Name: "paris", Taints: []corev1.Taint{{Key: federation.CordonTaint, Effect: corev1.TaintEffectNoSchedule}}},
		),
		Now: began.Add(time.Minute),
	}
	decision, err := placement.Selector{}.Place(context.Background(), req)
	show(decision, err)
	req.Now = decision.Next
	fmt.Println("at", decision.Next.Format(time.TimeOnly))
	show(placement.Selector{}.Place(context.Background(), req))
	// Output:
	// selected: [berlin boston]
	// paris: Cordoned: the cluster is cordoned, which keeps new copies away: uncordon it, or tolerate its taint "fedrail.io/unschedulable:NoSchedule" in placement.tolerations
	// at 12:05:00
	// selected: [boston]
	// berlin: Tainted: the cluster has the taint "fedrail.io/drain:NoExecute", which takes away what does not tolerate it any more: remove the taint, or tolerate it in placement.tolerations
	// paris: Cordoned: the cluster is cordoned, which keeps new copies away: uncordon it, or tolerate its taint "fedrail.io/unschedulable:NoSchedule" in placement.tolerations
}

// An administrator keeps secrets in one region, whatever placements ask for.
func ExampleNewRules() {
	rules, err := placement.NewRules(placement.Rule{
		Name:            "secrets-stay-in-eu",
		Kinds:           []schema.GroupKind{{Kind: "Secret"}},
		ClusterSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"region": "eu"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	show(placement.Selector{Policies: []placement.Policy{rules}}.Place(context.Background(), placement.Request{
		Object:  placement.Object{Kind: schema.GroupKind{Kind: "Secret"}, Namespace: "shop", Name: "keys"},
		Want:    placement.Placement{Selector: &metav1.LabelSelector{}},
		Members: members(),
	}))
	// Output:
	// selected: [berlin paris]
	// boston: RefusedByPolicy: policy "secrets-stay-in-eu": clusterSelector asks for "region=eu", and the cluster's label is "region=us": change one of them
}
