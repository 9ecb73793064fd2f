package capacity

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// shape is nodes that differ in nothing but their names and how much room they
// have: what goes on one of them goes on all.
type shape struct {
	key    string
	labels labels.Set // without kubernetes.io/hostname, which is the node's own
	taints []corev1.Taint
	ready  bool
	nodes  []*node
}

// shapeOf is the shape of a node, without any nodes.
func shapeOf(n *corev1.Node) *shape {
	s := &shape{labels: maps.Clone(n.Labels), taints: slices.Clone(n.Spec.Taints)}
	delete(s.labels, corev1.LabelHostname)
	if n.Spec.Unschedulable {
		s.taints = append(s.taints, corev1.Taint{Key: corev1.TaintNodeUnschedulable, Effect: corev1.TaintEffectNoSchedule})
	}
	for _, c := range n.Status.Conditions {
		s.ready = s.ready || c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	}
	var b strings.Builder
	fmt.Fprint(&b, s.ready, ";", s.labels)
	for _, t := range s.taints {
		fmt.Fprintf(&b, ";%q=%q:%q", t.Key, t.Value, t.Effect)
	}
	s.key = b.String()
	return s
}

// join makes a node one of its shape.
func (f *fleet) join(n *node, s *shape) {
	if known := f.shapes[s.key]; known != nil {
		s = known
	} else if f.shapes == nil {
		f.shapes = map[string]*shape{}
	}
	f.shapes[s.key] = s
	n.shape, n.at = s, len(s.nodes)
	s.nodes = append(s.nodes, n)
}

// leave makes a node one of no shape.
func (f *fleet) leave(n *node) {
	s := n.shape
	if s == nil {
		return
	}
	last := len(s.nodes) - 1
	s.nodes[n.at], s.nodes[last].at = s.nodes[last], n.at
	s.nodes[last] = nil
	s.nodes, n.shape = s.nodes[:last], nil
	if last == 0 {
		delete(f.shapes, s.key)
	}
}
