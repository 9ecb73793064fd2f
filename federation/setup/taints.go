package setup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation/pull"
)

// TaintChange is what to change of a member's taints. Those of Remove go first:
// each of that key, and of that effect unless it is empty. What is not there is no
// error. Those of Add take the place of others with the same key and effect; one
// that is there already keeps its time.
type TaintChange struct {
	Remove, Add []corev1.Taint
}

// Taint changes the taints of a member, whether it fetches or is written to.
// federation.CordonTaint is the field spec.unschedulable of a KubeFedCluster. The
// error for a name that is no member lists the members. Where the member is as asked
// already, nothing is written.
func (h Host) Taint(ctx context.Context, member string, c TaintChange) error {
	w, err := h.writer()
	if err != nil {
		return err
	}
	for {
		t, err := h.tainted(ctx, w.client, member)
		if err != nil {
			return err
		}
		switch err := w.taint(ctx, t, c.of(t.taints)); {
		case err == nil:
			return nil
		case !apierrors.IsConflict(err):
			return fmt.Errorf("member %q: %w", member, err)
		}
	}
}

// taint has the object have these taints, and those alone.
func (w writer) taint(ctx context.Context, t tainted, taints []corev1.Taint) error {
	if err := federation.ValidateTaints(taints); err != nil {
		return err
	}
	before := t.object.DeepCopy()
	if err := t.write(taints); err != nil {
		return err
	}
	change := Change{Resource: t.at, Object: t.object, Done: Changed}
	switch {
	case isSame(before, t.object):
		change.Done = Unchanged
	case w.Writing != Nowhere:
		after, err := t.resource.Update(ctx, t.object, metav1.UpdateOptions{FieldManager: fieldManager, DryRun: w.dryRun()})
		if err != nil {
			return err
		}
		change.Object = after
	}
	w.tell(change)
	return nil
}

// Taints are those of a member, federation.CordonTaint among them while it is
// cordoned.
func (h Host) Taints(ctx context.Context, member string) ([]corev1.Taint, error) {
	client, err := dynamic.NewForConfig(h.Config)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	t, err := h.tainted(ctx, client, member)
	return t.taints, err
}

// of are the taints after the change.
func (c TaintChange) of(taints []corev1.Taint) []corev1.Taint {
	after := slices.DeleteFunc(slices.Clone(taints), func(t corev1.Taint) bool {
		return slices.ContainsFunc(c.Remove, func(r corev1.Taint) bool { return r.Key == t.Key && (r.Effect == "" || r.Effect == t.Effect) })
	})
	for _, t := range c.Add {
		i := slices.IndexFunc(after, func(other corev1.Taint) bool { return other.MatchTaint(&t) })
		switch {
		case i < 0:
			after = append(after, t)
		case after[i].Value != t.Value:
			after[i] = t
		}
	}
	return after
}

// tainted is the object on the host that has the taints of a member.
type tainted struct {
	at       schema.GroupVersionResource
	resource dynamic.ResourceInterface // of the object
	object   *unstructured.Unstructured
	taints   []corev1.Taint
	write    func([]corev1.Taint) error // into object
}

func (h Host) tainted(ctx context.Context, client dynamic.Interface, member string) (tainted, error) {
	clusters := client.Resource(corev1beta1.KubeFedClusters()).Namespace(h.Namespace)
	object, err := clusters.Get(ctx, member, metav1.GetOptions{})
	if err == nil {
		return taintedCluster(clusters, object)
	}
	if !apierrors.IsNotFound(err) {
		return tainted{}, fmt.Errorf("host: %w", err)
	}
	namespaces := client.Resource(corev1.SchemeGroupVersion.WithResource("namespaces"))
	object, err = namespaces.Get(ctx, pull.NamespaceOf(federation.ClusterName(member)), metav1.GetOptions{})
	switch {
	case err == nil && object.GetLabels()[pull.MemberLabel] == "true":
		return taintedNamespace(namespaces, object)
	case err == nil, apierrors.IsNotFound(err):
		return tainted{}, h.unknown(ctx, client, member)
	}
	return tainted{}, fmt.Errorf("host: %w", err)
}

// taintedCluster reads the KubeFedCluster of a member that is written to.
func taintedCluster(clusters dynamic.ResourceInterface, object *unstructured.Unstructured) (tainted, error) {
	cluster := &corev1beta1.KubeFedCluster{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, cluster); err != nil {
		return tainted{}, fmt.Errorf("KubeFedCluster %q: %w", object.GetName(), err)
	}
	t := tainted{at: corev1beta1.KubeFedClusters(), resource: clusters, object: object}
	for _, own := range cluster.Spec.Taints {
		t.taints = append(t.taints, corev1.Taint(own))
	}
	if cluster.Spec.Unschedulable {
		t.taints = TaintChange{Add: []corev1.Taint{cordon()}}.of(t.taints)
	}
	t.write = func(taints []corev1.Taint) error {
		own := TaintChange{Remove: []corev1.Taint{cordon()}}.of(taints)
		if err := setField(object, own, "spec", "taints"); err != nil {
			return err
		}
		return unstructured.SetNestedField(object.Object, len(own) < len(taints), "spec", "unschedulable")
	}
	return t, nil
}

// taintedNamespace reads the namespace of a member that fetches.
func taintedNamespace(namespaces dynamic.ResourceInterface, object *unstructured.Unstructured) (tainted, error) {
	taints, err := pull.TaintsOf(object)
	write := func(taints []corev1.Taint) error {
		if len(taints) == 0 {
			unstructured.RemoveNestedField(object.Object, "metadata", "annotations", pull.TaintsAnnotation)
			return nil
		}
		text, err := json.Marshal(taints)
		if err != nil {
			return err
		}
		return unstructured.SetNestedField(object.Object, string(text), "metadata", "annotations", pull.TaintsAnnotation)
	}
	return tainted{at: corev1.SchemeGroupVersion.WithResource("namespaces"), resource: namespaces, object: object, taints: taints, write: write}, err
}

// cordon is the taint of a member that is cordoned.
func cordon() corev1.Taint {
	return corev1.Taint{Key: federation.CordonTaint, Effect: corev1.TaintEffectNoSchedule}
}

// setField writes taints into a field; none is no field.
func setField(object *unstructured.Unstructured, taints []corev1.Taint, path ...string) error {
	if len(taints) == 0 {
		unstructured.RemoveNestedField(object.Object, path...)
		return nil
	}
	list := make([]any, len(taints))
	for i := range taints {
		fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&taints[i])
		if err != nil {
			return err
		}
		list[i] = fields
	}
	return unstructured.SetNestedSlice(object.Object, list, path...)
}

// unknown says which members there are.
func (h Host) unknown(ctx context.Context, client dynamic.Interface, member string) error {
	clusters, err := client.Resource(corev1beta1.KubeFedClusters()).Namespace(h.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	fetching, err := client.Resource(corev1.SchemeGroupVersion.WithResource("namespaces")).List(ctx, metav1.ListOptions{LabelSelector: pull.MemberLabel + "=true"})
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	var names []string
	for _, c := range clusters.Items {
		names = append(names, c.GetName())
	}
	for _, n := range fetching.Items {
		names = append(names, n.GetAnnotations()[pull.ClusterAnnotation])
	}
	if len(names) == 0 {
		return errors.New("no cluster has joined the federation yet")
	}
	slices.Sort(names)
	return fmt.Errorf("no member has the name %q; members: %s", member, strings.Join(names, ", "))
}
