package capacity

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// apart is what the pods of a template may not share a node with, where they
// themselves are among that; else nil.
func apart(template corev1.PodTemplateSpec) (labels.Selector, error) {
	a := template.Spec.Affinity
	if a == nil || a.PodAntiAffinity == nil {
		return nil, nil
	}
	for i, term := range a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
		if term.TopologyKey != corev1.LabelHostname || len(term.Namespaces) > 0 || term.NamespaceSelector != nil {
			continue
		}
		selector, err := metav1.LabelSelectorAsSelector(term.LabelSelector)
		if err != nil {
			return nil, fmt.Errorf("spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[%d].labelSelector: %w", i, err)
		}
		if selector.Matches(labels.Set(template.Labels)) {
			return selector, nil
		}
	}
	return nil, nil
}

// usesHostPorts says whether a pod takes ports of its node, so that no other like
// it goes there.
func usesHostPorts(spec *corev1.PodSpec) bool {
	return slices.ContainsFunc(spec.Containers, func(c corev1.Container) bool {
		return slices.ContainsFunc(c.Ports, func(p corev1.ContainerPort) bool { return p.HostPort != 0 || spec.HostNetwork })
	})
}

// taken are the nodes on which a pod is with which no replica shares one; nil when
// that does not matter.
func (i *Inventory) taken(w Workload) map[*node]bool {
	if w.Apart == nil {
		return nil
	}
	keeps := map[*kind]bool{}
	for _, k := range i.kinds[w.Namespace] {
		keeps[k] = w.Apart.Matches(k.labels)
	}
	nodes := map[*node]bool{}
	for _, r := range i.pods {
		if r.node != nil && keeps[r.kind] {
			nodes[r.node] = true
		}
	}
	return nodes
}
