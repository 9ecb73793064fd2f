package clusterset

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
)

// holdBack are rules without a patch for the members that are not known: what they
// hold already stays as it is.
func (s scene) holdBack() []overrides.Rule {
	var rules []overrides.Rule
	for _, m := range s.members {
		if !m.known {
			rules = append(rules, overrides.Rule{Cluster: m.cluster})
		}
	}
	return rules
}

// tailor is the Overrider of what is made here: nothing is written to a member that
// is not known.
type tailor struct{ overrides.JSONPatch }

var _ overrides.Overrider = tailor{}

var errUnseen = errors.New("it is not known yet what the member has; the object follows")

// Override implements [overrides.Overrider].
func (t tailor) Override(ctx context.Context, obj *unstructured.Unstructured, cluster federation.Cluster, rules []overrides.Rule) (*unstructured.Unstructured, error) {
	for i, r := range rules {
		if r.Cluster == cluster.Name && len(r.Patches) == 0 {
			return nil, &overrides.RuleError{Cluster: cluster.Name, Index: i, Err: errUnseen}
		}
	}
	return t.JSONPatch.Override(ctx, obj, cluster, rules)
}
