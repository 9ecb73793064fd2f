package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"text/tabwriter"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"

	"github.com/fedrail/fedrail/examples/controller/sample"
	schedulingv1alpha1 "github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

// counts are numbers of replicas by cluster.
type counts map[string]int64

// shares is the claim that these clusters have that many replicas, and that the
// pods in the clusters, the plan and the status of the federated object agree.
func (d *demo) shares(want counts) func(context.Context) error {
	return func(ctx context.Context) error {
		began := time.Now()
		var seen schedulingv1alpha1.ReplicaSchedulingPreference
		err := d.await(ctx, "replicas", func(ctx context.Context) []string {
			var err error
			if seen, err = d.preference(ctx); err != nil {
				return []string{err.Error()}
			}
			return append(unsettled(seen), append(unlike(seen, want), d.notRunning(ctx, seen)...)...)
		})
		if err != nil {
			return err
		}
		d.explain(seen)
		d.proved("pods in the clusters that answer, the plan and the status agree; after %.1fs", time.Since(began).Seconds())
		return nil
	}
}

// preference reads the ReplicaSchedulingPreference.
func (d *demo) preference(ctx context.Context) (schedulingv1alpha1.ReplicaSchedulingPreference, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	var p schedulingv1alpha1.ReplicaSchedulingPreference
	o, err := preferences().in(d.host).Get(ctx, "web", metav1.GetOptions{})
	if err != nil {
		return p, err
	}
	return p, runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &p)
}

// unsettled says what of the plan is not carried out.
func unsettled(p schedulingv1alpha1.ReplicaSchedulingPreference) (problems []string) {
	if p.Status.ObservedGeneration != p.Generation {
		return []string{"the plan is of an earlier generation"}
	}
	for _, kind := range []string{"Scheduled", "Settled"} {
		if c := meta.FindStatusCondition(p.Status.Conditions, kind); c == nil || c.Status != metav1.ConditionTrue {
			problems = append(problems, fmt.Sprintf("condition %s: %+v", kind, c))
		}
	}
	if all := int64(p.Spec.TotalReplicas); p.Status.PlacedReplicas != all || p.Status.ReadyReplicas != all {
		problems = append(problems, fmt.Sprintf("%d of %d replicas are placed, %d are ready", p.Status.PlacedReplicas, all, p.Status.ReadyReplicas))
	}
	return problems
}

// unlike says which clusters get another number than is wanted.
func unlike(p schedulingv1alpha1.ReplicaSchedulingPreference, want counts) (problems []string) {
	for name, n := range want {
		i := slices.IndexFunc(p.Status.Clusters, func(c schedulingv1alpha1.ClusterShare) bool { return c.Name == name })
		if i < 0 || p.Status.Clusters[i].Replicas != n || p.Status.Clusters[i].Given != n {
			problems = append(problems, fmt.Sprintf("%s: expected %d replicas, the plan says %+v", name, n, p.Status.Clusters))
		}
	}
	return problems
}

// notRunning says where other numbers of pods are ready than the plan says. Of a
// cluster that does not answer nobody knows.
func (d *demo) notRunning(ctx context.Context, p schedulingv1alpha1.ReplicaSchedulingPreference) (problems []string) {
	for _, share := range p.Status.Clusters {
		for _, m := range d.members {
			if m.name != share.Name || isSilent(share) {
				continue
			}
			if n, err := readyPods(ctx, m); err != nil || n != share.Replicas {
				problems = append(problems, fmt.Sprintf("%s: expected %d pods ready, saw %d, %v", m.name, share.Replicas, n, err))
			}
		}
	}
	_, status, err := d.declaration(ctx, row{resource: deployments(), name: "web"})
	if err != nil {
		return append(problems, err.Error())
	}
	if n := status.Totals["readyReplicas"]; n != int64(p.Spec.TotalReplicas) {
		problems = append(problems, fmt.Sprintf("status of the FederatedDeployment: expected %d replicas ready in total, saw %d", p.Spec.TotalReplicas, n))
	}
	return problems
}

// readyPods counts the pods that are ready in a cluster.
func readyPods(ctx context.Context, m cluster) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	client, err := kubernetes.NewForConfig(m.config)
	if err != nil {
		return 0, err
	}
	pods, err := client.CoreV1().Pods(sample.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=web"})
	if err != nil {
		return 0, err
	}
	n := int64(0)
	for _, p := range pods.Items {
		isReady := func(c corev1.PodCondition) bool { return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue }
		if p.DeletionTimestamp == nil && slices.ContainsFunc(p.Status.Conditions, isReady) {
			n++
		}
	}
	return n, nil
}

// explain prints the plan in its own words.
func (d *demo) explain(p schedulingv1alpha1.ReplicaSchedulingPreference) {
	w := tabwriter.NewWriter(d.out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "\n  CLUSTER\tREPLICAS\tREADY\tWHY")
	for _, c := range p.Status.Clusters {
		fmt.Fprintf(w, "  %s\t%d\t%s\t%s: %s\n", c.Name, c.Replicas, readyIn(c), c.Reason, c.Message)
	}
	_ = w.Flush() // to where all else goes
	fmt.Fprintln(d.out)
}

// readyIn is how many replicas are ready in a cluster, as far as anybody knows.
func readyIn(c schedulingv1alpha1.ClusterShare) string {
	if isSilent(c) {
		return "unknown"
	}
	return strconv.FormatInt(c.Ready, 10)
}

// isSilent says of a cluster that it does not answer.
func isSilent(c schedulingv1alpha1.ClusterShare) bool { return c.Reason == "NotReady" }

// serving is something that is done, and the claim that as many pods are ready all
// the time until the plan is carried out as there were before.
func (d *demo) serving(do func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		before, _ := d.readyEverywhere(ctx) // one that does not answer now has none
		watched, least := make(chan struct{}), before
		var watching sync.WaitGroup
		watching.Go(func() {
			for looks := 0; ctx.Err() == nil; looks++ {
				if n, err := d.readyEverywhere(ctx); err == nil {
					least = min(least, n)
				}
				if looks == 0 {
					close(watched)
				}
			}
		})
		<-watched
		err := errors.Join(do(ctx), d.awaitSettled(ctx))
		stop()
		watching.Wait()
		if err != nil {
			return err
		}
		if least < before {
			return fmt.Errorf("expected never fewer than %d pods ready, saw %d", before, least)
		}
		d.proved("never fewer than %d pods were ready on the way", before)
		return nil
	}
}

// awaitSettled waits until the plan has changed and is carried out.
func (d *demo) awaitSettled(ctx context.Context) error {
	moving := false
	return d.await(ctx, "replicas", func(ctx context.Context) []string {
		p, err := d.preference(ctx)
		if err != nil {
			return []string{err.Error()}
		}
		problems := unsettled(p)
		moving = moving || len(problems) > 0
		if !moving {
			return []string{"nothing moves yet"}
		}
		return problems
	})
}

// still is the claim that nobody is told anything else for a while.
func (d *demo) still(while time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		generation := func() (int64, error) {
			o, _, err := d.declaration(ctx, row{resource: deployments(), name: "web"})
			if err != nil {
				return 0, err
			}
			return o.GetGeneration(), nil
		}
		before, err := generation()
		if err != nil {
			return err
		}
		d.say("watching for %s", while)
		for end := time.Now().Add(while); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(checkPeriod) {
			if now, err := generation(); err == nil && now != before {
				return fmt.Errorf("expected that nothing moves, saw that the FederatedDeployment was written to: generation %d became %d", before, now)
			}
		}
		d.proved("no replica was moved in %s", while)
		return ctx.Err()
	}
}

// readyEverywhere counts the ready pods of all clusters; the error is of those that
// do not answer.
func (d *demo) readyEverywhere(ctx context.Context) (int64, error) {
	all := int64(0)
	var silent error
	for _, m := range d.members {
		n, err := readyPods(ctx, m)
		if err != nil {
			silent = errors.Join(silent, fmt.Errorf("%s: %w", m.name, err))
		}
		all += n
	}
	return all, silent
}
