package placement_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/placement/placementtest"
)

// FuzzPlace builds requests from bytes and checks what holds for every answer:
// it is proper, repeatable, and neither a bound nor a policy adds a cluster.
func FuzzPlace(f *testing.F) {
	f.Add([]byte{3, 1, 2, 3})
	f.Add([]byte{8, 9, 1, 5, 2, 7, 3, 0, 255, 17, 4})
	f.Add([]byte{200, 40, 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9})
	f.Fuzz(func(t *testing.T, seed []byte) {
		bytes := dice(seed)
		req := placement.Request{Members: bytes.members(), Want: bytes.placement()}
		decision := place(t, placement.Selector{}, req)
		require.Equal(t, decision, place(t, placement.Selector{}, req), "the same request gets the same answer")

		bounded := req
		within := bytes.placement()
		bounded.Bounds = []placement.Bound{{By: "test", Within: &within}}
		fewer := place(t, placement.Selector{}, bounded)
		requireSubset(t, fewer.Selected, decision.Selected)

		rules := mustRules(t, placement.Rule{Name: "test", ClusterSelector: bytes.selector()})
		fewest := place(t, placement.Selector{Policies: []placement.Policy{rules}}, bounded)
		requireSubset(t, fewest.Selected, fewer.Selected)
		placementtest.CheckChoice(t, placement.Selector{}, req, decision)
		placementtest.CheckChoice(t, placement.Selector{Policies: []placement.Policy{rules}}, bounded, fewest)
	})
}

func requireSubset(t *testing.T, part, whole names) {
	t.Helper()
	for _, name := range part {
		require.True(t, slices.Contains(whole, name), "%q is not in %v", name, whole)
	}
}

// dice makes choices from bytes; when they run out, it always chooses the first.
type dice []byte

func (d *dice) roll(sides int) int {
	if len(*d) == 0 {
		return 0
	}
	rolled := int((*d)[0]) % sides
	*d = (*d)[1:]
	return rolled
}

func (d *dice) value() string { return strconv.Itoa(d.roll(3)) }

func (d *dice) members() federation.ClusterSet {
	var clusters []federation.Cluster
	for range d.roll(10) {
		clusters = append(clusters, federation.Cluster{Name: d.name(), Ready: d.roll(2) == 0, Labels: labels.Set{"x": d.value(), "y": d.value()}})
	}
	return federation.NewClusterSet(clusters...)
}

func (d *dice) name() federation.ClusterName {
	return federation.ClusterName("cluster" + strconv.Itoa(d.roll(12)))
}

func (d *dice) placement() placement.Placement {
	var p placement.Placement
	if d.roll(2) == 1 {
		p.Clusters = names{}
		for range d.roll(5) {
			p.Clusters = append(p.Clusters, d.name())
		}
	}
	if d.roll(3) > 0 {
		p.Selector = d.selector()
	}
	return p
}

func (d *dice) selector() *metav1.LabelSelector {
	switch d.roll(4) {
	case 0:
		return &metav1.LabelSelector{}
	case 1:
		return labelled("x", d.value())
	case 2:
		return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "y", Operator: metav1.LabelSelectorOpNotIn, Values: []string{d.value()}}}}
	default:
		return &metav1.LabelSelector{MatchLabels: map[string]string{"x": d.value(), "y": d.value()}}
	}
}
