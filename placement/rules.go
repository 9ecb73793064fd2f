package placement

import (
	"errors"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation"
)

// Rule says: an object that matches may only be in clusters that match. An
// object matches when its kind, its namespace and its labels all do.
type Rule struct {
	// Name tells people which rule refused. It is required, and unique.
	Name string
	// Kinds that the rule is for; empty is every kind.
	Kinds []schema.GroupKind
	// Namespaces that the rule is for; empty is every object, with a namespace
	// or without. To match objects without one, list "".
	Namespaces []string
	// ObjectSelector chooses by the labels of the declaring object; nil is every
	// object.
	ObjectSelector *metav1.LabelSelector
	// ClusterSelector chooses the clusters that are allowed. It is required: an
	// empty one allows every cluster.
	ClusterSelector *metav1.LabelSelector
}

// Rules is a [Policy] in memory. An object that no rule matches may be
// anywhere; where several match, a cluster has to satisfy them all. The zero
// Rules has no rule. It never changes, so that it is safe for concurrent use:
// to change the rules, make new ones with [NewRules].
type Rules struct {
	rules []parsedRule
}

var _ Policy = Rules{}

// NewRules reads rules. The error names everything that is wrong with any of
// them. The rules may be reused by the caller.
func NewRules(rules ...Rule) (Rules, error) {
	var parsed []parsedRule
	var wrong []error
	for i, r := range rules {
		p, err := parseRule(r)
		if err == nil && slices.ContainsFunc(rules[:i], func(other Rule) bool { return other.Name == r.Name }) {
			err = errors.New("another rule has this name already")
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("rules[%d] %q: %w", i, r.Name, err))
		}
		parsed = append(parsed, p)
	}
	if err := errors.Join(wrong...); err != nil {
		return Rules{}, err
	}
	return Rules{rules: parsed}, nil
}

// Allow implements [Policy]. The message is of the first rule that refuses.
func (r Rules) Allow(object Object, cluster federation.Cluster) (string, bool) {
	for _, rule := range r.rules {
		if !rule.covers(object) {
			continue
		}
		for _, requirement := range rule.clusters {
			if !requirement.Matches(cluster.Labels) {
				return fmt.Sprintf("policy %q: %s", rule.name, mismatch(requirement, cluster.Labels)), false
			}
		}
	}
	return "", true
}

type parsedRule struct {
	name       string
	kinds      []schema.GroupKind
	namespaces []string
	objects    []labels.Requirement
	clusters   []labels.Requirement
}

func (r parsedRule) covers(o Object) bool {
	return (len(r.kinds) == 0 || slices.Contains(r.kinds, o.Kind)) &&
		(len(r.namespaces) == 0 || slices.Contains(r.namespaces, o.Namespace)) &&
		!slices.ContainsFunc(r.objects, func(q labels.Requirement) bool { return !q.Matches(labels.Set(o.Labels)) })
}

func parseRule(r Rule) (parsedRule, error) {
	var wrong []error
	p := parsedRule{name: r.Name, kinds: slices.Clone(r.Kinds), namespaces: slices.Clone(r.Namespaces)}
	if r.Name == "" {
		wrong = append(wrong, errors.New("name is required"))
	}
	if r.ClusterSelector == nil {
		wrong = append(wrong, errors.New("clusterSelector is required: {} allows every cluster"))
	}
	var err error
	if p.clusters, err = parseOptional(r.ClusterSelector); err != nil {
		wrong = append(wrong, fmt.Errorf("clusterSelector.%w", err))
	}
	if p.objects, err = parseOptional(r.ObjectSelector); err != nil {
		wrong = append(wrong, fmt.Errorf("objectSelector.%w", err))
	}
	return p, errors.Join(wrong...)
}

// parseOptional reads a selector that, when nil, asks for nothing.
func parseOptional(s *metav1.LabelSelector) ([]labels.Requirement, error) {
	if s == nil {
		return nil, nil
	}
	return parseSelector(s)
}
