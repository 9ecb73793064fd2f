package placement

import (
	"fmt"
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
)

// A wish is a Placement that was read: either a list of names, or a selector.
type wish struct {
	names     []federation.ClusterName // sorted; nil where the selector decides
	unlisted  Reason                   // why the others are not in names
	selection []labels.Requirement     // a cluster has to meet all; empty is every cluster
}

// parse reads a placement by the table of [Placement].
func parse(p *Placement) (wish, error) {
	switch {
	case p == nil:
		return nowhere(NoBound, ""), nil
	case len(p.Clusters) > 0:
		return wish{names: sorted(p.Clusters), unlisted: Reason{NotNamed, "placement.clusters does not list the cluster: add it there" + ignoredSelector(p)}}, nil
	case p.Clusters != nil:
		return nowhere(NoPlacement, "placement.clusters is an empty list, which is no cluster: "+
			"add the cluster to it, or remove the list and set placement.clusterSelector"), nil
	case p.Selector == nil:
		return nowhere(NoPlacement, "the placement asks for no cluster: "+
			"list the cluster in placement.clusters, or set placement.clusterSelector ({} is every cluster)"), nil
	}
	selection, err := parseSelector(p.Selector)
	if err != nil {
		return wish{}, fmt.Errorf("clusterSelector.%w", err)
	}
	return wish{selection: selection}, nil
}

// nowhere is a wish for no cluster.
func nowhere(code Code, message string) wish {
	return wish{names: []federation.ClusterName{}, unlisted: Reason{code, message}}
}

// admits tells whether the cluster is among the wished ones, and if not, why.
func (w wish) admits(c federation.Cluster) (Reason, bool) {
	if w.names != nil {
		_, found := slices.BinarySearch(w.names, c.Name)
		return w.unlisted, found
	}
	for _, requirement := range w.selection {
		if !requirement.Matches(c.Labels) {
			return Reason{SelectorMismatch, mismatch(requirement, c.Labels)}, false
		}
	}
	return Reason{}, true
}

// ignoredSelector warns of a selector that has no effect beside a list.
func ignoredSelector(p *Placement) string {
	if p.Selector == nil {
		return ""
	}
	return " (placement.clusterSelector is not looked at while placement.clusters is set)"
}

// mismatch says what a selector asks for, and what the cluster has instead.
func mismatch(r labels.Requirement, have labels.Set) string {
	value, labelled := have[r.Key()]
	if !labelled {
		return fmt.Sprintf("clusterSelector asks for %q, and the cluster has no label %q: label it, or change the selector", r.String(), r.Key())
	}
	return fmt.Sprintf("clusterSelector asks for %q, and the cluster's label is %q: change one of them", r.String(), r.Key()+"="+value)
}

// parseSelector reads a selector one requirement at a time, so that an error can
// say which of them is wrong. Labels come first and in order, for the first
// mismatch is what people are told.
func parseSelector(s *metav1.LabelSelector) ([]labels.Requirement, error) {
	var all []labels.Requirement
	for _, key := range slices.Sorted(maps.Keys(s.MatchLabels)) {
		value := s.MatchLabels[key]
		parsed, err := metav1.LabelSelectorAsSelector(&metav1.LabelSelector{MatchLabels: map[string]string{key: value}})
		if err != nil {
			return nil, fmt.Errorf("matchLabels (key %q, value %q): %w", key, value, err)
		}
		all = appendRequirements(all, parsed)
	}
	for i, expression := range s.MatchExpressions {
		parsed, err := metav1.LabelSelectorAsSelector(&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{expression}})
		if err != nil {
			return nil, fmt.Errorf("matchExpressions[%d] (key %q, operator %q; operators are In, NotIn, Exists and DoesNotExist): %w", i, expression.Key, expression.Operator, err)
		}
		all = appendRequirements(all, parsed)
	}
	return all, nil
}

func appendRequirements(all []labels.Requirement, s labels.Selector) []labels.Requirement {
	requirements, _ := s.Requirements()
	return append(all, requirements...)
}

func sorted(names []federation.ClusterName) []federation.ClusterName {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}
