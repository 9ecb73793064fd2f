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
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run wires the four parts that a Controller needs, and plays the story.
func run(ctx context.Context, stdout io.Writer) error {
	d := demo{
		members:  federation.NewMembers(up("berlin"), up("boston")),
		intents:  &memory.Intents{},
		clusters: &memory.Propagator{},
		stdout:   stdout,
	}
	controller, err := propagation.New(propagation.Options{
		Registry: d.members, Source: d.intents, Ledger: d.intents, Propagator: d.clusters,
		Interval: time.Millisecond, Patience: time.Minute, // report at once, but not before every cluster has answered
	})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	var running sync.WaitGroup
	running.Go(func() { stop(controller.Start(ctx)) })
	err = d.play(ctx)
	stop(nil)
	running.Wait()
	return err
}

// demo is what the program plays with.
type demo struct {
	members  *federation.Members // who is in the federation
	intents  *memory.Intents     // what should be where, and how it fares
	clusters *memory.Propagator  // what each member holds
	stdout   io.Writer
}

// play changes the world step by step, and prints how the Deployment fares after
// each.
func (d demo) play(ctx context.Context) error {
	for _, s := range d.steps() {
		s.change()
		var reported status.Summary
		err := d.intents.Await(ctx, shop(), func(now status.Summary) bool {
			reported = now
			return now.Generation == s.generation && fine(now) == s.fine
		})
		if err != nil {
			return errors.Join(fmt.Errorf("%s: %w", s.title, err), context.Cause(ctx))
		}
		d.show(s.title, reported)
	}
	return nil
}

// step is a change, and what is to be reported after it.
type step struct {
	title      string
	change     func()
	generation int64 // of the Intent; it goes up with each Declare
	fine       int   // clusters that hold what they should
}

func (d demo) steps() []step {
	in := propagation.Intent{
		Key:       shop(),
		Parent:    "5f0c", // stands for the UID of whatever declares it
		Template:  deployment("shop:1"),
		Placement: placement.Request{Want: placement.Placement{Selector: &metav1.LabelSelector{}}}, // everywhere
	}
	return []step{
		{"a Deployment arrives", func() { d.intents.Declare(in) }, 1, 2},
		{"each cluster has its own number of replicas", func() {
			in.Overrides = []overrides.Rule{replicas("berlin", 3), replicas("boston", 5)}
			d.intents.Declare(in)
		}, 2, 2},
		{"tokyo joins", func() { d.members.Put(up("tokyo")) }, 2, 3},
		{"tokyo is down while a new image is rolled out", func() {
			d.members.Put(federation.Cluster{Name: "tokyo", Message: "no route to host"})
			in.Template = deployment("shop:2")
			d.intents.Declare(in)
		}, 3, 2},
		{"tokyo returns", func() { d.members.Put(up("tokyo")) }, 3, 3},
		{"the Deployment is deleted", func() { d.intents.Withdraw(shop()) }, 0, 0},
	}
}

func shop() propagation.Key { return propagation.Key{Namespace: "default", Name: "shop"} }

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
