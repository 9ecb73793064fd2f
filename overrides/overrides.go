// Package overrides tailors an object for one cluster. It is pure: it never
// changes the object it is given, and equal inputs give equal results.
package overrides

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
)

// An Overrider tailors an object for one cluster. It may be called
// concurrently.
type Overrider interface {
	// Override returns obj as it should be in the cluster. It must not modify
	// obj; it may return obj itself when no rule applies. Rules for other
	// clusters do not matter, except that a list of rules that contradicts
	// itself is refused for every cluster. A failure is a *[RuleError].
	Override(ctx context.Context, obj *unstructured.Unstructured, cluster federation.Cluster, rules []Rule) (*unstructured.Unstructured, error)
}

// Rule is what differs in one cluster.
type Rule struct {
	Cluster federation.ClusterName
	Patches []Patch // applied in order
}

// Patch is one operation, in the terms of a JSON patch.
type Patch struct {
	Op    string // "add", "remove" or "replace"; empty is "replace"
	Path  string // a JSON pointer
	Value any    // as encoding/json decodes it; nil sets null
}

// RuleError says which operation of which rule failed, and why.
type RuleError struct {
	Cluster federation.ClusterName // whose rule it is
	Index   int                    // of the Patch in its rule; -1 when the rule as a whole is wrong
	Path    string                 // of that Patch; empty when Index is -1
	Err     error
}

// Error names cluster, index and path.
func (e *RuleError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("overrides for cluster %q: %v", e.Cluster, e.Err)
	}
	return fmt.Sprintf("overrides for cluster %q: clusterOverrides[%d], path %q: %v", e.Cluster, e.Index, e.Path, e.Err)
}

// Unwrap gives the cause.
func (e *RuleError) Unwrap() error { return e.Err }
