package overrides

import (
	"errors"
	"iter"

	"github.com/fedrail/fedrail/federation"
)

// Validate finds what is wrong with rules whatever object they are for. It
// returns every problem, each a *[RuleError], joined; nil when there is none.
//
// A list of rules that names a cluster twice, or a path twice for one cluster,
// or a path that identifies the object, is refused by [JSONPatch] for every
// cluster. A patch that cannot be read is wrong for its own cluster only.
func Validate(rules []Rule) error {
	var problems []error
	for problem := range contradictions(rules) {
		problems = append(problems, problem)
	}
	for _, rule := range rules {
		for i, patch := range rule.Patches {
			if _, err := read(patch); err != nil {
				problems = append(problems, &RuleError{Cluster: rule.Cluster, Index: i, Path: patch.Path, Err: err})
			}
		}
	}
	return errors.Join(problems...)
}

// firstContradiction is nil for rules that can be used.
func firstContradiction(rules []Rule) *RuleError {
	for problem := range contradictions(rules) {
		return problem
	}
	return nil
}

// contradictions yields what makes rules useless for every cluster. Paths are
// compared as they are written.
func contradictions(rules []Rule) iter.Seq[*RuleError] {
	return func(yield func(*RuleError) bool) {
		clusters := make(map[federation.ClusterName]bool, len(rules))
		paths := map[string]bool{} // of one rule
		for _, rule := range rules {
			if clusters[rule.Cluster] && !yield(&RuleError{Cluster: rule.Cluster, Index: -1, Err: errListedTwice}) {
				return
			}
			clusters[rule.Cluster] = true
			clear(paths)
			for i, patch := range rule.Patches {
				if err := contradiction(patch.Path, paths); err != nil && !yield(&RuleError{Cluster: rule.Cluster, Index: i, Path: patch.Path, Err: err}) {
					return
				}
				paths[patch.Path] = true
			}
		}
	}
}

var (
	errListedTwice = errors.New("the cluster is listed twice: merge the two into one")
	errPathTwice   = errors.New("the path is there twice for this cluster: keep one; to add several elements to a list, replace the list")
	errIdentity    = errors.New("this field identifies the object and is the same in every cluster: leave the operation out")
)

// contradiction says why a path cannot follow the others of its rule.
func contradiction(path string, others map[string]bool) error {
	switch {
	case path == "/kind", path == "/metadata/name", path == "/metadata/namespace", path == "/metadata/generateName":
		return errIdentity
	case others[path]:
		return errPathTwice
	}
	return nil
}
