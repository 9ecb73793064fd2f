package capacity

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
)

// Workload is what has replicas: how its pods are told from others, and what each
// of them needs of a node.
type Workload struct {
	// Namespace is where its pods are.
	Namespace string
	// Selector chooses its pods among those; nil chooses none.
	Selector labels.Selector
	// Needs are the requests of one replica. One that needs nothing is limited by
	// how many pods a node takes.
	Needs corev1.ResourceList
	// NodeSelector, NodeAffinity and Tolerations are those of its pods; of the
	// affinity only what is required counts, and nil is anywhere.
	NodeSelector map[string]string
	NodeAffinity *corev1.NodeSelector
	Tolerations  []corev1.Toleration
	// Apart chooses the pods in its namespace with which no replica shares a node;
	// then no two replicas share one, either. Nil is that any may.
	Apart labels.Selector
}

// WorkloadOf reads the workload of an object that has a selector and a template of
// pods at spec.selector and spec.template, as a Deployment does, or of a Job,
// whose pods are told by its name. An error names the object and the field.
//
// Where a request is missing and there is a limit, the limit stands in for it, as
// it does in the pods. What admission in a cluster adds to pods is not known here.
func WorkloadOf(object *unstructured.Unstructured) (Workload, error) {
	w := Workload{Namespace: object.GetNamespace()}
	var template corev1.PodTemplateSpec
	err := errors.Join(w.readSelector(object), readTemplate(object, &template))
	if err != nil {
		return Workload{}, fmt.Errorf("%s %q: %w", object.GetKind(), object.GetName(), err)
	}
	spec := &template.Spec
	w.Needs, w.NodeSelector, w.Tolerations = requestsOf(spec), spec.NodeSelector, spec.Tolerations
	if a := spec.Affinity; a != nil && a.NodeAffinity != nil {
		w.NodeAffinity = a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	}
	if w.Apart, err = apart(template); err != nil {
		return Workload{}, fmt.Errorf("%s %q: %w", object.GetKind(), object.GetName(), err)
	}
	if w.Apart == nil && usesHostPorts(spec) {
		w.Apart = w.Selector
	}
	return w, nil
}

func (w *Workload) readSelector(object *unstructured.Unstructured) error {
	var selector *metav1.LabelSelector
	if err := read(object.Object, &selector, "spec", "selector"); err != nil {
		return err
	}
	isJob := object.GetKind() == "Job" && object.GroupVersionKind().Group == batchv1.GroupName
	switch {
	case isJob && selector == nil && object.GetName() == "":
		return errors.New("metadata.name: it is required, the pods of a Job are told by it")
	case isJob && selector == nil:
		w.Selector = labels.SelectorFromSet(labels.Set{batchv1.JobNameLabel: object.GetName()})
		return nil
	case selector == nil || len(selector.MatchLabels)+len(selector.MatchExpressions) == 0:
		return errors.New("spec.selector: it is required; write matchLabels or matchExpressions that choose the pods")
	}
	var err error
	if w.Selector, err = metav1.LabelSelectorAsSelector(selector); err != nil {
		return fmt.Errorf("spec.selector: %w", err)
	}
	return nil
}

// readTemplate reads what matters of the template.
func readTemplate(object *unstructured.Unstructured, template *corev1.PodTemplateSpec) error {
	at := []string{"spec", "template", "spec"}
	if template, there, _ := unstructured.NestedFieldNoCopy(object.Object, at...); !there || template == nil {
		return errors.New("spec.template.spec: it is required, what a replica needs is read there")
	}
	spec := &template.Spec
	below := func(field string) []string { return append(at[:len(at):len(at)], field) }
	return errors.Join(
		readContainers(object, &spec.Containers, below("containers")),
		readContainers(object, &spec.InitContainers, below("initContainers")),
		read(object.Object, &spec.Resources, below("resources")...),
		read(object.Object, &spec.Overhead, below("overhead")...),
		read(object.Object, &spec.NodeSelector, below("nodeSelector")...),
		read(object.Object, &spec.Tolerations, below("tolerations")...),
		read(object.Object, &spec.Affinity, below("affinity")...),
		read(object.Object, &spec.HostNetwork, below("hostNetwork")...),
		read(object.Object, &template.Labels, "spec", "template", "metadata", "labels"),
	)
}

// readContainers reads the resources and the ports of containers, and which are
// sidecars.
func readContainers(object *unstructured.Unstructured, all *[]corev1.Container, at []string) error {
	var raw []map[string]any
	if err := read(object.Object, &raw, at...); err != nil {
		return err
	}
	*all = make([]corev1.Container, len(raw))
	var errs []error
	for i := range raw {
		one := &(*all)[i]
		for _, err := range []error{
			read(raw[i], &one.Resources, "resources"), read(raw[i], &one.Ports, "ports"), read(raw[i], &one.RestartPolicy, "restartPolicy"),
		} {
			if err != nil {
				errs = append(errs, fmt.Errorf("%s[%d].%w", strings.Join(at, "."), i, err))
			}
		}
	}
	return errors.Join(errs...)
}

// read reads a field into what has its type, which stays as it is when there is no
// such field.
func read(object map[string]any, into any, path ...string) error {
	value, there, err := unstructured.NestedFieldNoCopy(object, path...)
	if err != nil || !there {
		return err
	}
	raw, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(path, "."), err)
	}
	return nil
}
