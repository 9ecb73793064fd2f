package memory_test

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

// A whole federation in memory: what should be where, who the members are, and
// what they hold. Take push.New for the Propagator, and a registry of package
// federation/kubeconfig for the members, and the clusters are real.
func Example() {
	var (
		wishes   memory.Intents
		clusters memory.Propagator
		members  = federation.NewMembers(
			federation.Cluster{Name: "berlin", Ready: true, Labels: map[string]string{"region": "eu"}},
			federation.Cluster{Name: "boston", Ready: true, Labels: map[string]string{"region": "us"}},
			federation.Cluster{Name: "madrid", Ready: true, Labels: map[string]string{"region": "eu"}},
		)
	)
	controller, err := propagation.New(propagation.Options{
		Registry: members, Source: &wishes, Ledger: &wishes, Propagator: &clusters,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go controller.Start(ctx)

	key := propagation.Key{Namespace: "shop", Name: "settings"}
	wishes.Declare(propagation.Intent{
		Key:    key,
		Parent: "the UID of what declares it",
		Template: &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap",
			"data": map[string]any{"currency": "EUR", "language": "en"},
		}},
		Placement: placement.Request{Want: placement.Placement{
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"region": "eu"}},
		}},
		Overrides: []overrides.Rule{
			{Cluster: "berlin", Patches: []overrides.Patch{{Path: "/data/language", Value: "de"}}},
		},
	})
	if err := wishes.Await(ctx, key, func(s status.Summary) bool { return len(s.Clusters) == 2 }); err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range clusters.Holders(key) {
		fmt.Println(name, clusters.Get(name, key).Object["data"])
	}
	// Output:
	// berlin map[currency:EUR language:de]
	// madrid map[currency:EUR language:en]
}
