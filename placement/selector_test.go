package placement_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/placement/placementtest"
)

var (
	everywhere = &metav1.LabelSelector{}
	foobar     = &metav1.LabelSelector{MatchLabels: map[string]string{"foo": "bar"}}
)

type names = []federation.ClusterName

// two are the members of KubeFed's own unit tests.
func two() federation.ClusterSet {
	return federation.NewClusterSet(
		federation.Cluster{Name: "cluster1", Ready: true},
		federation.Cluster{Name: "cluster2", Labels: labels.Set{"foo": "bar"}},
	)
}

func place(t *testing.T, s placement.Selector, req placement.Request) placement.Decision {
	t.Helper()
	decision, err := s.Place(t.Context(), req)
	require.NoError(t, err)
	placementtest.Check(t, req, decision)
	return decision
}

func TestSelectorKeepsTheContract(t *testing.T) {
	placementtest.Test(t, placement.Selector{})
}

func TestPlacementIsReadAsKubeFedDoes(t *testing.T) {
	for name, c := range map[string]struct {
		want     placement.Placement
		selected names
	}{
		"both absent: no cluster":                   {placement.Placement{}, nil},
		"empty selector: every cluster":             {placement.Placement{Selector: everywhere}, names{"cluster1", "cluster2"}},
		"selector with empty labels: every cluster": {placement.Placement{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{}}}, names{"cluster1", "cluster2"}},
		"selector: those that match, ready or not":  {placement.Placement{Selector: foobar}, names{"cluster2"}},
		"empty list: no cluster":                    {placement.Placement{Clusters: names{}}, nil},
		"empty list beside a selector: no cluster":  {placement.Placement{Clusters: names{}, Selector: foobar}, nil},
		"names beside an empty selector: the names": {placement.Placement{Clusters: names{"cluster1"}, Selector: everywhere}, names{"cluster1"}},
		"names beside a selector: the names":        {placement.Placement{Clusters: names{"cluster1"}, Selector: foobar}, names{"cluster1"}},
		"unknown names are left out":                {placement.Placement{Clusters: names{"nowhere", "cluster2"}}, names{"cluster2"}},
		"a name listed twice counts once":           {placement.Placement{Clusters: names{"cluster2", "cluster1", "cluster2"}}, names{"cluster1", "cluster2"}},
	} {
		t.Run(name, func(t *testing.T) {
			decision := place(t, placement.Selector{}, placement.Request{Want: c.want, Members: two()})
			require.Equal(t, c.selected, decision.Selected)
		})
	}
}

func TestSelectorIsNotReadBesideNames(t *testing.T) {
	wrong := &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "foo", Operator: "Near"}}}
	decision := place(t, placement.Selector{}, placement.Request{
		Want:    placement.Placement{Clusters: names{"cluster1"}, Selector: wrong},
		Members: two(),
	})
	require.Equal(t, names{"cluster1"}, decision.Selected)
}

func TestEachBoundNarrowsTheResult(t *testing.T) {
	first := placement.Bound{By: "first", Within: &placement.Placement{Clusters: names{"cluster1"}}}
	both := placement.Bound{By: "both", Within: &placement.Placement{Selector: everywhere}}
	second := placement.Bound{By: "second", Within: &placement.Placement{Selector: foobar}}
	absent := placement.Bound{By: "absent"}
	for name, c := range map[string]struct {
		bounds   []placement.Bound
		selected names
	}{
		"none":              {nil, names{"cluster1", "cluster2"}},
		"all clusters":      {[]placement.Bound{both}, names{"cluster1", "cluster2"}},
		"one cluster":       {[]placement.Bound{first}, names{"cluster1"}},
		"by selector":       {[]placement.Bound{both, second}, names{"cluster2"}},
		"nothing in common": {[]placement.Bound{first, second}, nil},
		"absent":            {[]placement.Bound{both, absent}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			decision := place(t, placement.Selector{}, placement.Request{
				Want: placement.Placement{Selector: everywhere}, Bounds: c.bounds, Members: two(),
			})
			require.Equal(t, c.selected, decision.Selected)
		})
	}
}

// forbid refuses one cluster.
type forbid federation.ClusterName

func (f forbid) Allow(_ placement.Object, c federation.Cluster) (string, bool) {
	return "closed for repair", c.Name != federation.ClusterName(f)
}

func TestReasonsSayWhatToChange(t *testing.T) {
	for name, c := range map[string]struct {
		req    placement.Request
		name   federation.ClusterName
		reason placement.Reason
	}{
		"nothing asked for": {
			placement.Request{}, "cluster1",
			placement.Reason{Code: placement.NoPlacement, Message: "the placement asks for no cluster: list the cluster in placement.clusters, or set placement.clusterSelector ({} is every cluster)"},
		},
		"empty list": {
			placement.Request{Want: placement.Placement{Clusters: names{}, Selector: foobar}}, "cluster1",
			placement.Reason{Code: placement.NoPlacement, Message: "placement.clusters is an empty list, which is no cluster: add the cluster to it, or remove the list and set placement.clusterSelector"},
		},
		"not named": {
			placement.Request{Want: placement.Placement{Clusters: names{"cluster2"}}}, "cluster1",
			placement.Reason{Code: placement.NotNamed, Message: "placement.clusters does not list the cluster: add it there"},
		},
		"not named, and a selector that has no effect": {
			placement.Request{Want: placement.Placement{Clusters: names{"cluster1"}, Selector: foobar}}, "cluster2",
			placement.Reason{Code: placement.NotNamed, Message: "placement.clusters does not list the cluster: add it there (placement.clusterSelector is not looked at while placement.clusters is set)"},
		},
		"label missing": {
			placement.Request{Want: placement.Placement{Selector: foobar}}, "cluster1",
			placement.Reason{Code: placement.SelectorMismatch, Message: `clusterSelector asks for "foo=bar", and the cluster has no label "foo": label it, or change the selector`},
		},
		"label with another value": {
			placement.Request{Want: placement.Placement{Selector: &metav1.LabelSelector{
				MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "foo", Operator: "In", Values: []string{"x", "y"}}},
			}}}, "cluster2",
			placement.Reason{Code: placement.SelectorMismatch, Message: `clusterSelector asks for "foo in (x,y)", and the cluster's label is "foo=bar": change one of them`},
		},
		"out of bounds": {
			placement.Request{
				Want:   placement.Placement{Selector: everywhere},
				Bounds: []placement.Bound{{By: "FederatedNamespace shop/shop", Within: &placement.Placement{Clusters: names{"cluster2"}}}},
			}, "cluster1",
			placement.Reason{Code: placement.OutOfBounds, Message: "FederatedNamespace shop/shop does not include the cluster: placement.clusters does not list the cluster: add it there"},
		},
		"no bound": {
			placement.Request{Want: placement.Placement{Selector: everywhere}, Bounds: []placement.Bound{{By: "FederatedNamespace shop/shop"}}}, "cluster1",
			placement.Reason{Code: placement.NoBound, Message: "FederatedNamespace shop/shop does not exist, and without it no cluster is allowed: create it"},
		},
		"refused by policy": {
			placement.Request{Want: placement.Placement{Selector: everywhere}}, "cluster1",
			placement.Reason{Code: placement.RefusedByPolicy, Message: "closed for repair"},
		},
		"the placement's own reason comes first": {
			placement.Request{Want: placement.Placement{Clusters: names{"cluster2"}}, Bounds: []placement.Bound{{By: "nobody"}}}, "cluster1",
			placement.Reason{Code: placement.NotNamed, Message: "placement.clusters does not list the cluster: add it there"},
		},
		"unknown, with a near miss": {
			placement.Request{Want: placement.Placement{Clusters: names{"Cluter1"}}}, "Cluter1",
			placement.Reason{Code: placement.UnknownCluster, Message: `no member has this name; did you mean "cluster1"? Members: cluster1, cluster2`},
		},
		"unknown, like nothing": {
			placement.Request{Want: placement.Placement{Clusters: names{"paris"}}}, "paris",
			placement.Reason{Code: placement.UnknownCluster, Message: "no member has this name: join the cluster, or remove the name from placement.clusters. Members: cluster1, cluster2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.req.Members = two()
			selector := placement.Selector{Policies: []placement.Policy{forbid("cluster1")}}
			require.Equal(t, c.reason, place(t, selector, c.req).Rejected[c.name])
		})
	}
}

func TestUnknownNameInAnEmptyFederation(t *testing.T) {
	decision := place(t, placement.Selector{}, placement.Request{Want: placement.Placement{Clusters: names{"a"}}})
	require.Equal(t, map[federation.ClusterName]placement.Reason{"a": {
		Code:    placement.UnknownCluster,
		Message: "no cluster has joined the federation yet: join it, or remove the name from placement.clusters",
	}}, decision.Rejected)
}

func TestUnknownNameListsAFewMembersOnly(t *testing.T) {
	var many []federation.Cluster
	for i := range 500 {
		many = append(many, federation.Cluster{Name: federation.ClusterName(fmt.Sprintf("cluster%03d", i))})
	}
	decision := place(t, placement.Selector{}, placement.Request{
		Want: placement.Placement{Clusters: names{"elsewhere"}}, Members: federation.NewClusterSet(many...),
	})
	message := decision.Rejected["elsewhere"].Message
	require.True(t, strings.HasSuffix(message, "cluster006, cluster007 and 492 more"), message)
}

func TestWrongSelectorIsAnErrorThatSaysWhere(t *testing.T) {
	operator := placement.Placement{Selector: &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
		{Key: "zone", Operator: metav1.LabelSelectorOpExists}, {Key: "region", Operator: "Near"},
	}}}
	key := placement.Placement{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"a b": "c"}}}
	for name, c := range map[string]struct {
		req  placement.Request
		want string
	}{
		"operator": {
			placement.Request{Want: operator},
			`clusterSelector.matchExpressions[1] (key "region", operator "Near"; operators are In, NotIn, Exists and DoesNotExist): `,
		},
		"key": {placement.Request{Want: key}, `clusterSelector.matchLabels (key "a b", value "c"): `},
		"in a bound": {
			placement.Request{Bounds: []placement.Bound{{By: "FederatedNamespace shop/shop", Within: &key}}},
			`bound set by FederatedNamespace shop/shop: clusterSelector.matchLabels (key "a b", value "c"): `,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := placement.Selector{}.Place(t.Context(), c.req)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func BenchmarkPlace(b *testing.B) {
	var many []federation.Cluster
	for i := range 100 {
		many = append(many, federation.Cluster{
			Name:   federation.ClusterName(fmt.Sprintf("cluster%03d", i)),
			Labels: labels.Set{"foo": []string{"bar", "baz"}[i%2]},
		})
	}
	req := placement.Request{
		Want:    placement.Placement{Selector: foobar},
		Bounds:  []placement.Bound{{By: "test", Within: &placement.Placement{Selector: everywhere}}},
		Members: federation.NewClusterSet(many...),
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (placement.Selector{}).Place(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}
