package federated

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// intentOf reads a federated object. It shares memory with the object, and
// neither may be changed.
func intentOf(object *unstructured.Unstructured, o Options, key propagation.Key) propagation.Intent {
	in := propagation.Intent{
		Key:        key,
		Parent:     object.GetUID(),
		Generation: object.GetGeneration(),
		Deleting:   object.GetDeletionTimestamp() != nil,
		Held:       slices.Contains(object.GetFinalizers(), federatedkind.Finalizer),
		AllowLoss:  object.GetAnnotations()[propagation.AllowLossAnnotation],
		Reconcile:  object.GetAnnotations()[federatedkind.ReconcileAnnotation],
		Retry:      object.GetAnnotations()[federatedkind.RetryAnnotation],
		Reported:   reportedOf(object),
	}
	spec, err := federatedkind.SpecOf(object)
	in.Placement = placement.Request{
		Object: placement.Object{Kind: o.Target.GroupKind(), Namespace: key.Namespace, Name: key.Name, Labels: object.GetLabels()},
		Want:   tolerant(placementOf(spec.Placement), object),
	}
	var unclear error
	if in.Removal, unclear = removalOf(object); in.Deleting {
		in.Invalid = unclear // a template does not matter any more
		return in
	}
	in.Template, in.Overrides = templateOf(spec, o.Target), rulesOf(spec.Overrides)
	in.Holding, unclear = holdingFor(object, spec, o.Holding)
	rolling, unread := rolloutOf(object, spec)
	follow, unsaid := choiceOf(object.GetAnnotations(), federatedkind.FollowAnnotation, "true", "false")
	in.Follow = follow == "true" || follow == "" && o.Follow
	suspend, unknown := choiceOf(object.GetAnnotations(), federatedkind.SuspendAnnotation, "true", "false")
	in.Suspended = suspend == "true"
	in.Rollout, in.Invalid = rolling, errors.Join(err, unclear, unread, unsaid, unknown)
	return in
}

// templateOf is the template as an object of the target type. The template may
// choose another version or group. What only an API server may write, and
// finalizers, which would keep a copy from going, are left out.
func templateOf(spec federatedkind.Spec, target federation.Type) *unstructured.Unstructured {
	content := maps.Clone(spec.Template)
	if content == nil {
		content = map[string]any{}
	}
	template := &unstructured.Unstructured{Object: content}
	if template.GetAPIVersion() == "" {
		content["apiVersion"] = target.GroupVersionKind().GroupVersion().String()
	}
	content["kind"] = target.Kind
	meta, _ := content["metadata"].(map[string]any)
	kept := map[string]any{}
	for _, field := range []string{"labels", "annotations"} {
		if v, set := meta[field]; set {
			kept[field] = v
		}
	}
	content["metadata"] = kept
	return template
}

// placementOf keeps absent clusters (nil) and no clusters (empty) apart.
func placementOf(p federatedkind.Placement) placement.Placement {
	out := placement.Placement{Selector: p.ClusterSelector, Tolerations: p.Tolerations}
	if p.Clusters != nil {
		out.Clusters = make([]federation.ClusterName, len(p.Clusters))
	}
	for i, c := range p.Clusters {
		out.Clusters[i] = federation.ClusterName(c.Name)
	}
	return out
}

// tolerant is the placement, to which taints mean nothing where the object says
// that somebody else weighs them.
func tolerant(p placement.Placement, object *unstructured.Unstructured) placement.Placement {
	if object.GetAnnotations()[federatedkind.TaintsAnnotation] == federatedkind.TaintsTolerated {
		p.Tolerations = []corev1.Toleration{{Operator: corev1.TolerationOpExists}}
	}
	return p
}

func rulesOf(list []federatedkind.Override) []overrides.Rule {
	rules := make([]overrides.Rule, len(list))
	for i, o := range list {
		rules[i].Cluster = federation.ClusterName(o.ClusterName)
		for _, p := range o.ClusterOverrides {
			rules[i].Patches = append(rules[i].Patches, overrides.Patch{Op: p.Op, Path: p.Path, Value: p.Value})
		}
	}
	return rules
}

// removalOf reads the annotations that say how copies are removed. An error
// keeps them: a wish about deletion that cannot be read is not one to ignore.
func removalOf(object *unstructured.Unstructured) (propagation.Removal, error) {
	notes := object.GetAnnotations()
	how := propagation.Removal{Orphan: notes[federatedkind.OrphanAnnotation] == "true"}
	text, set := notes[federatedkind.DeleteOptionsAnnotation]
	if !set {
		return how, nil
	}
	var options metav1.DeleteOptions
	if err := json.Unmarshal([]byte(text), &options); err != nil {
		return how, fmt.Errorf("metadata.annotations[%s]: want a JSON object such as {\"propagationPolicy\":\"Foreground\"}: %w",
			federatedkind.DeleteOptionsAnnotation, err)
	}
	how.Grace, how.Policy = options.GracePeriodSeconds, options.PropagationPolicy
	return how, nil
}

// reportedOf is the summary that was reported last. One that cannot be read
// counts as none, and is written anew.
func reportedOf(object *unstructured.Unstructured) status.Summary {
	written, err := federatedkind.StatusOf(object)
	if err != nil {
		return status.Summary{}
	}
	s := status.Summary{Generation: written.ObservedGeneration}
	for _, c := range written.Conditions {
		s.Conditions = append(s.Conditions, status.Condition{
			Type: c.Type, Status: string(c.Status), Reason: c.Reason, Message: c.Message,
		})
	}
	for _, c := range written.Clusters {
		s.Clusters = append(s.Clusters, observationOf(c))
	}
	s.Totals, s.Worst = status.CountsOf(written.Totals), worstOf(written.Worst)
	return s
}
