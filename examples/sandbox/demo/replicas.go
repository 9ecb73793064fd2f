package main

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/examples/controller/sample"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	schedulingv1alpha1 "github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

//go:embed replicas.yaml
var replicasManifest string

// total is how many replicas the manifest asks for.
const total = 30

// replicaSteps are those of thirty replicas, where clusters come and fail.
func (d *demo) replicaSteps() []step {
	steps := []step{
		{"clusters: a host and four others, with nodes that pretend", d.startClusters, d.claimClusters},
		{"federation: three of them join", d.federate, d.claimNoAdministrator},
		{"controller: the reference controller, as a process of its own", d.startController, d.claimMembersReady},
		{"weights: 30 replicas, 3 : 2 : 1", d.declareReplicas, d.shares(counts{"member1": 15, "member2": 10, "member3": 5})},
		{"drain: member2 gets a taint", d.serving(d.taint("member2", drained)), d.shares(counts{"member2": 0})},
		{"end of the drain: the taint is taken back", d.serving(d.taint("member2", untainted)), d.shares(counts{"member1": 15, "member2": 10, "member3": 5})},
		{"outage: member1 stops answering", d.strike("pause", "member1"), d.shares(counts{"member1": 0})},
		{"return: member1 answers again, and replicas come back step by step", d.serving(d.strike("continue", "member1")), d.shares(counts{"member1": 15, "member2": 10, "member3": 5})},
		{"no room: the nodes of member2 take no more pods, and 5 more replicas are wanted", d.crowd, d.shares(counts{"member2": 10})},
		{"patience: it stays so", nil, d.still(15 * time.Second)},
		{"room again: its nodes take pods", d.serving(d.cordonNodes("member2", "false")), d.shares(counts{"member2": 12})},
		{"join: member4", d.serving(d.joinLast), d.shares(counts{"member4": 5})},
		{"loss: member3 is killed, and does not come back", d.strike("kill", "member3"), d.shares(counts{"member3": 0})},
	}
	if d.end != keepRunning {
		steps = append(steps, step{"deletion: the shop closes", d.deleteReplicas, d.claimReplicasGone})
	}
	return steps
}

func preferences() resource {
	return resource{schedulingv1alpha1.GroupVersion().WithResource("replicaschedulingpreferences"), sample.Namespace}
}

// declareReplicas does what "kubectl apply -f replicas.yaml" would.
func (d *demo) declareReplicas(ctx context.Context) error {
	if err := d.applyManifest(ctx, replicasManifest); err != nil {
		return err
	}
	d.say("applied a FederatedDeployment and its ReplicaSchedulingPreference on the host")
	return nil
}

// The taints of a member.
const (
	drained   = `[{"key":"maintenance","effect":"NoExecute"}]`
	untainted = `null`
)

// taint gives a member these taints.
func (d *demo) taint(member, taints string) func(context.Context) error {
	return func(ctx context.Context) error {
		clusters := resource{corev1beta1.KubeFedClusters(), systemNamespace}
		return d.merge(ctx, clusters, member, `{"spec":{"taints":`+taints+`}}`)
	}
}

// merge patches an object on the host.
func (d *demo) merge(ctx context.Context, r resource, name, patch string) error {
	_, err := r.in(d.host).Patch(ctx, name, types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: fieldManager})
	if err != nil {
		return fmt.Errorf("change %s %s on the host: %w", r.Resource, name, err)
	}
	return nil
}

// strike does something to the API server of a member.
func (d *demo) strike(verb, member string) func(context.Context) error {
	return func(ctx context.Context) error { return d.sandbox(ctx, verb, member) }
}

// crowd leaves member2 no room, and asks for more replicas.
func (d *demo) crowd(ctx context.Context) error {
	if err := d.cordonNodes("member2", "true")(ctx); err != nil {
		return err
	}
	return d.merge(ctx, preferences(), "web", fmt.Sprintf(`{"spec":{"totalReplicas":%d}}`, total+5))
}

// cordonNodes has the nodes of a cluster take no more pods, or take them.
func (d *demo) cordonNodes(member, cordon string) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, m := range d.members {
			if m.name != member {
				continue
			}
			nodes, err := core("nodes", "").in(m).List(ctx, metav1.ListOptions{})
			if err != nil {
				return err
			}
			for _, n := range nodes.Items {
				patch := `{"spec":{"unschedulable":` + cordon + `}}`
				if _, err := core("nodes", "").in(m).Patch(ctx, n.GetName(), types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// joinLast has the last cluster join.
func (d *demo) joinLast(ctx context.Context) error {
	return d.join(ctx, d.hostSetup(), d.members[len(d.members)-1])
}

// deleteReplicas does what "kubectl delete -f replicas.yaml" would.
func (d *demo) deleteReplicas(ctx context.Context) error {
	if err := preferences().in(d.host).Delete(ctx, "web", metav1.DeleteOptions{}); err != nil {
		return err
	}
	return federated(deployments()).in(d.host).Delete(ctx, "web", metav1.DeleteOptions{})
}

// claimReplicasGone looks for copies in the clusters that answer.
func (d *demo) claimReplicasGone(ctx context.Context) error {
	err := d.await(ctx, "copies to go", func(ctx context.Context) (problems []string) {
		for _, m := range d.members {
			if m.name != "member3" {
				problems = append(problems, left(ctx, m, deployments(), metav1.ListOptions{})...)
			}
		}
		return problems
	})
	if err == nil {
		d.proved("no copy is left in the clusters that answer")
	}
	return err
}
