package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	appsv1 "k8s.io/client-go/applyconfigurations/apps/v1"
	corev1 "k8s.io/client-go/applyconfigurations/core/v1"
	applymetav1 "k8s.io/client-go/applyconfigurations/meta/v1"

	"github.com/fedrail/fedrail/examples/operator/api/v1alpha1"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// regionLabel is the label of members that says where they are.
const regionLabel = "topology.kubernetes.io/region"

// translate says what a WebApp declares: which object, where, and what differs
// from cluster to cluster.
func translate(app *v1alpha1.WebApp) (propagation.Intent, error) {
	template, err := runtime.DefaultUnstructuredConverter.ToUnstructured(deploymentOf(app))
	return propagation.Intent{
		Template:  &unstructured.Unstructured{Object: template},
		Placement: placement.Request{Want: placement.Placement{Selector: selectorOf(app.Spec.Regions)}},
		Overrides: rulesOf(app.Spec.PerCluster),
	}, err
}

// deploymentOf says only what a WebApp says: all else is left to the members.
func deploymentOf(app *v1alpha1.WebApp) *appsv1.DeploymentApplyConfiguration {
	labels := map[string]string{"app.kubernetes.io/name": app.Name}
	web := corev1.Container().WithName("web").WithImage(app.Spec.Image)
	return appsv1.Deployment(app.Name, app.Namespace).WithSpec(appsv1.DeploymentSpec().
		WithReplicas(app.Spec.Replicas).
		WithSelector(applymetav1.LabelSelector().WithMatchLabels(labels)).
		WithTemplate(corev1.PodTemplateSpec().WithLabels(labels).WithSpec(corev1.PodSpec().WithContainers(web))))
}

func selectorOf(regions []string) *metav1.LabelSelector {
	if len(regions) == 0 {
		return &metav1.LabelSelector{} // every member
	}
	return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
		{Key: regionLabel, Operator: metav1.LabelSelectorOpIn, Values: regions},
	}}
}

func rulesOf(list []v1alpha1.Tailoring) []overrides.Rule {
	rules := make([]overrides.Rule, len(list))
	for i, t := range list {
		rules[i].Cluster = federation.ClusterName(t.Cluster)
		if t.Replicas != nil {
			rules[i].Patches = append(rules[i].Patches, overrides.Patch{Path: "/spec/replicas", Value: int64(*t.Replicas)})
		}
		if t.Image != "" {
			rules[i].Patches = append(rules[i].Patches, overrides.Patch{Path: "/spec/template/spec/containers/0/image", Value: t.Image})
		}
	}
	return rules
}

// aggregator keeps of the Deployments' statuses how many replicas are ready:
// nothing is written to the host when the rest changes.
type aggregator struct{ status.Plain }

// Aggregate implements [status.Aggregator].
func (a aggregator) Aggregate(facts status.Facts) status.Summary {
	s := a.Plain.Aggregate(facts)
	for i, c := range s.Clusters {
		s.Clusters[i].Remote = nil
		if ready, known := c.Remote["readyReplicas"]; known {
			s.Clusters[i].Remote = map[string]any{"readyReplicas": ready}
		}
	}
	return s
}
