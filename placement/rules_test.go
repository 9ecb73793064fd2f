package placement_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/placement/placementtest"
)

func labelled(key, value string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{key: value}}
}

func mustRules(t testing.TB, rules ...placement.Rule) placement.Rules {
	t.Helper()
	made, err := placement.NewRules(rules...)
	require.NoError(t, err)
	return made
}

func TestSelectorWithRulesKeepsTheContract(t *testing.T) {
	rules := mustRules(t, placement.Rule{Name: "eu", ClusterSelector: labelled("region", "eu")})
	placementtest.Test(t, placement.Selector{Policies: []placement.Policy{rules}})
}

func TestRuleBindsTheObjectsItMatches(t *testing.T) {
	secrets := schema.GroupKind{Kind: "Secret"}
	object := placement.Object{Kind: secrets, Namespace: "shop", Name: "keys", Labels: map[string]string{"data": "personal"}}
	us := federation.Cluster{Name: "us", Labels: labels.Set{"region": "us"}}
	refused := `policy "eu": clusterSelector asks for "region=eu", and the cluster's label is "region=us": change one of them`
	for name, c := range map[string]struct {
		rule    placement.Rule
		refused bool
	}{
		"every object":            {placement.Rule{}, true},
		"its kind":                {placement.Rule{Kinds: []schema.GroupKind{{Kind: "ConfigMap"}, secrets}}, true},
		"another kind":            {placement.Rule{Kinds: []schema.GroupKind{{Kind: "ConfigMap"}}}, false},
		"the kind of other group": {placement.Rule{Kinds: []schema.GroupKind{{Group: "x.io", Kind: "Secret"}}}, false},
		"its namespace":           {placement.Rule{Namespaces: []string{"shop"}}, true},
		"another namespace":       {placement.Rule{Namespaces: []string{"bank"}}, false},
		"no namespace":            {placement.Rule{Namespaces: []string{""}}, false},
		"its label":               {placement.Rule{ObjectSelector: labelled("data", "personal")}, true},
		"another label":           {placement.Rule{ObjectSelector: labelled("data", "public")}, false},
		"its kind, but not label": {placement.Rule{Kinds: []schema.GroupKind{secrets}, ObjectSelector: labelled("data", "public")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			c.rule.Name, c.rule.ClusterSelector = "eu", labelled("region", "eu")
			message, allowed := mustRules(t, c.rule).Allow(object, us)
			require.Equal(t, !c.refused, allowed)
			if c.refused {
				require.Equal(t, refused, message)
			}
		})
	}
}

func TestEveryMatchingRuleHasToAllow(t *testing.T) {
	rules := mustRules(t,
		placement.Rule{Name: "eu", ClusterSelector: labelled("region", "eu")},
		placement.Rule{Name: "safe", ClusterSelector: labelled("audited", "yes")},
	)
	for name, c := range map[string]struct {
		have    labels.Set
		message string
	}{
		"both":    {labels.Set{"region": "eu", "audited": "yes"}, ""},
		"first":   {labels.Set{"region": "eu"}, `policy "safe": clusterSelector asks for "audited=yes", and the cluster has no label "audited": label it, or change the selector`},
		"neither": {nil, `policy "eu": clusterSelector asks for "region=eu", and the cluster has no label "region": label it, or change the selector`},
	} {
		t.Run(name, func(t *testing.T) {
			message, allowed := rules.Allow(placement.Object{}, federation.Cluster{Labels: c.have})
			require.Equal(t, c.message, message)
			require.Equal(t, c.message == "", allowed)
		})
	}
}

func TestZeroRulesAllowEverything(t *testing.T) {
	_, allowed := placement.Rules{}.Allow(placement.Object{}, federation.Cluster{})
	require.True(t, allowed)
}

func TestNewRulesNamesEverythingThatIsWrong(t *testing.T) {
	wrong := &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "k", Operator: "Near"}}}
	_, err := placement.NewRules(
		placement.Rule{Name: "a", ClusterSelector: everywhere},
		placement.Rule{Name: "a", ClusterSelector: everywhere},
		placement.Rule{},
		placement.Rule{Name: "c", ClusterSelector: wrong, ObjectSelector: wrong},
	)
	for _, problem := range []string{
		`rules[1] "a": another rule has this name already`,
		`rules[2] "": name is required`,
		"clusterSelector is required: {} allows every cluster",
		`rules[3] "c": clusterSelector.matchExpressions[0] (key "k", operator "Near"`,
		`objectSelector.matchExpressions[0] (key "k", operator "Near"`,
	} {
		require.ErrorContains(t, err, problem)
	}
}
