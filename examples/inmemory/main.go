// Command inmemory is the first program to read. It carries one Deployment to
// three pretend clusters, all in memory, and prints how it fares there: when it
// arrives, with an override for each cluster, when a cluster joins, is down and
// returns, and when the Deployment is deleted.
//
//	go run ./examples/inmemory
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run wires the four parts that a Controller needs, and then changes the world
// step by step, each time waiting for what the Controller reports of it.
func run(ctx context.Context, stdout io.Writer) error {
	d := demo{
		members:  federation.NewMembers(up("berlin"), up("boston")),
		clusters: &memory.Propagator{},
		wishes:   newWishes(),
		stdout:   stdout,
	}
	controller, err := propagation.New(propagation.Options{
		Registry: d.members, Source: d.wishes, Ledger: d.wishes, Propagator: d.clusters,
		Interval: time.Millisecond, Patience: time.Minute, // report at once, but not before every cluster has answered
	})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- controller.Start(ctx) }()
	for _, s := range d.steps() {
		s.change()
		select {
		case r := <-d.wishes.reports:
			d.show(s.title, r)
		case err := <-ended:
			stop()
			return errors.Join(errors.New("the controller ended early"), err)
		}
	}
	stop()
	return <-ended
}

// demo is what the program plays with.
type demo struct {
	members  *federation.Members // who is in the federation
	clusters *memory.Propagator  // what each member holds
	wishes   *wishes             // what should be where, and how it went
	stdout   io.Writer
}

type step struct {
	title  string
	change func()
}

func (d demo) steps() []step {
	shop := propagation.Intent{
		Key:       propagation.Key{Namespace: "default", Name: "shop"},
		Parent:    "5f0c", // stands for the UID of whatever declares it
		Template:  deployment("shop:1"),
		Placement: placement.Request{Want: placement.Placement{Selector: &metav1.LabelSelector{}}}, // everywhere
	}
	return []step{
		{"a Deployment arrives", func() { d.wishes.declare(shop) }},
		{"each cluster has its own number of replicas", func() {
			shop.Overrides = []overrides.Rule{replicas("berlin", 3), replicas("boston", 5)}
			d.wishes.declare(shop)
		}},
		{"tokyo joins", func() { d.members.Put(up("tokyo")) }},
		{"tokyo is down while a new image is rolled out", func() {
			d.members.Put(federation.Cluster{Name: "tokyo", Message: "no route to host"})
			shop.Template = deployment("shop:2")
			d.wishes.declare(shop)
		}},
		{"tokyo returns", func() { d.members.Put(up("tokyo")) }},
		{"the Deployment is deleted", func() {
			shop.Deleting = true
			d.wishes.declare(shop)
		}},
	}
}

func up(name federation.ClusterName) federation.Cluster {
	return federation.Cluster{Name: name, Ready: true}
}

func replicas(cluster federation.ClusterName, n int64) overrides.Rule {
	return overrides.Rule{Cluster: cluster, Patches: []overrides.Patch{{Path: "/spec/replicas", Value: n}}}
}

func deployment(image string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1",
		"kind":       "Deployment",
		"spec": map[string]any{
			"replicas": int64(1),
			"template": map[string]any{"spec": map[string]any{
				"containers": []any{map[string]any{"name": "shop", "image": image}},
			}},
		},
	}}
}
