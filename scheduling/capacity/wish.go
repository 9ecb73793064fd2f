package capacity

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"

	"github.com/fedrail/fedrail/federation"
)

// wish is on which nodes the replicas of a workload go.
type wish struct {
	tolerations []corev1.Toleration
	selector    labels.Selector
	terms       []term // any of these; nil is anywhere
	single      bool   // it speaks of single nodes, and not of shapes alone
}

// term is one term of a node affinity: all of it has to match.
type term struct {
	labels labels.Selector
	fields []corev1.NodeSelectorRequirement
}

// nameField is the one field of a node that an affinity may speak of.
const nameField = "metadata.name"

// wishOf reads a workload's.
func wishOf(w Workload) wish {
	all := wish{selector: labels.SelectorFromSet(w.NodeSelector)}
	_, all.single = w.NodeSelector[corev1.LabelHostname]
	for _, t := range w.Tolerations {
		t.TolerationSeconds = nil // it may come, however soon it has to go
		all.tolerations = append(all.tolerations, t)
	}
	if w.NodeAffinity == nil {
		return all
	}
	all.terms = []term{}
	for _, t := range w.NodeAffinity.NodeSelectorTerms {
		all.terms = append(all.terms, termOf(t))
		all.single = all.single || len(t.MatchFields) > 0 || slices.ContainsFunc(t.MatchExpressions, func(r corev1.NodeSelectorRequirement) bool {
			return r.Key == corev1.LabelHostname
		})
	}
	return all
}

// termOf reads a term. One that says nothing, or nothing that makes sense, matches
// nothing.
func termOf(t corev1.NodeSelectorTerm) term {
	if len(t.MatchExpressions)+len(t.MatchFields) == 0 {
		return term{labels: labels.Nothing()}
	}
	all := labels.NewSelector()
	for _, r := range t.MatchExpressions {
		requirement, err := labels.NewRequirement(r.Key, operatorOf(r.Operator), r.Values)
		if err != nil {
			return term{labels: labels.Nothing()}
		}
		all = all.Add(*requirement)
	}
	return term{all, t.MatchFields}
}

// operatorOf is an operator of node affinities as selectors have it.
func operatorOf(o corev1.NodeSelectorOperator) selection.Operator {
	switch o {
	case corev1.NodeSelectorOpIn:
		return selection.In
	case corev1.NodeSelectorOpNotIn:
		return selection.NotIn
	case corev1.NodeSelectorOpExists:
		return selection.Exists
	case corev1.NodeSelectorOpDoesNotExist:
		return selection.DoesNotExist
	case corev1.NodeSelectorOpGt:
		return selection.GreaterThan
	case corev1.NodeSelectorOpLt:
		return selection.LessThan
	}
	return selection.Operator(o)
}

// shape says whether replicas may go on nodes of a shape.
func (w wish) shape(s *shape) bool {
	if !s.ready || federation.Tolerate(s.taints, w.tolerations).NoMore {
		return false
	}
	return w.single || w.matches("", s.labels)
}

// node says whether replicas may go on a node whose shape they may go on.
func (w wish) node(n *node) bool { return !w.single || w.matches(n.name, n) }

// matches says whether replicas may go on a node of that name with these labels.
func (w wish) matches(name string, l labels.Labels) bool {
	return w.selector.Matches(l) && (w.terms == nil || slices.ContainsFunc(w.terms, func(t term) bool { return t.matches(name, l) }))
}

func (t term) matches(name string, l labels.Labels) bool {
	for _, r := range t.fields {
		if r.Key != nameField || slices.Contains(r.Values, name) != (r.Operator == corev1.NodeSelectorOpIn) {
			return false
		}
	}
	return t.labels.Matches(l)
}

var _ labels.Labels = (*node)(nil)

// Lookup implements [labels.Labels].
func (n *node) Lookup(key string) (value string, exists bool) {
	if key == corev1.LabelHostname {
		return n.host, n.host != ""
	}
	return n.shape.labels.Lookup(key)
}

// Has implements [labels.Labels].
func (n *node) Has(key string) bool {
	_, has := n.Lookup(key)
	return has
}

// Get implements [labels.Labels].
func (n *node) Get(key string) string {
	value, _ := n.Lookup(key)
	return value
}
