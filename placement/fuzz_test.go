package placement_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/placement/placementtest"
)

// FuzzPlace builds requests from bytes and checks what holds for every answer:
// it is proper, repeatable, lasts until the next one, and neither a bound nor a
// policy nor a taint nor time adds a cluster, nor does one go because the object is
// in it or tolerates more.
func FuzzPlace(f *testing.F) {
	f.Add([]byte{3, 1, 2, 3})
	f.Add([]byte{8, 9, 1, 5, 2, 7, 3, 0, 255, 17, 4})
	f.Add([]byte{200, 40, 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9})
	f.Fuzz(func(t *testing.T, seed []byte) {
		bytes := dice(seed)
		req := placement.Request{Members: bytes.members(), Want: bytes.placement()}
		req.Want.Tolerations, req.Holding, req.Now = bytes.tolerations(), bytes.holding(), bytes.time()
		decision := place(t, placement.Selector{}, req)
		require.Equal(t, decision, place(t, placement.Selector{}, req), "the same request gets the same answer")

		requireTaintsOnlyTake(t, req, decision)
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

func requireTaintsOnlyTake(t *testing.T, req placement.Request, d placement.Decision) {
	t.Helper()
	more := func(change func(*placement.Request)) names {
		changed := req
		change(&changed)
		return place(t, placement.Selector{}, changed).Selected
	}
	requireSubset(t, d.Selected, more(func(r *placement.Request) { r.Holding = r.Members.Names() }))
	requireSubset(t, d.Selected, more(func(r *placement.Request) {
		r.Want.Tolerations = []corev1.Toleration{{Operator: corev1.TolerationOpExists}}
	}))
	requireSubset(t, d.Selected, more(func(r *placement.Request) {
		clusters := slices.Collect(r.Members.All())
		for i := range clusters {
			clusters[i].Taints = nil
		}
		r.Members = federation.NewClusterSet(clusters...)
	}))
	requireSubset(t, more(func(r *placement.Request) { r.Now = r.Now.Add(time.Minute) }), d.Selected)
	if !d.Next.IsZero() {
		require.Equal(t, d.Selected, more(func(r *placement.Request) { r.Now = d.Next.Add(-1) }))
		require.NotEqual(t, d.Selected, more(func(r *placement.Request) { r.Now = d.Next }), "there was a reason to decide again")
	}
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
		clusters = append(clusters, federation.Cluster{Name: d.name(), Ready: d.roll(2) == 0, Labels: labels.Set{"x": d.value(), "y": d.value()}, Taints: d.taints()})
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

func (d *dice) effect() corev1.TaintEffect {
	return []corev1.TaintEffect{corev1.TaintEffectNoSchedule, corev1.TaintEffectNoExecute, corev1.TaintEffectPreferNoSchedule}[d.roll(3)]
}

func (d *dice) time() time.Time { return noon.Add(time.Duration(d.roll(120)) * time.Second) }

func (d *dice) taints() []corev1.Taint {
	var taints []corev1.Taint
	for range d.roll(4) {
		taint := corev1.Taint{Key: d.value(), Value: d.value(), Effect: d.effect()}
		if d.roll(4) > 0 {
			added := metav1.NewTime(d.time())
			taint.TimeAdded = &added
		}
		taints = append(taints, taint)
	}
	return taints
}

func (d *dice) tolerations() []corev1.Toleration {
	var tolerations []corev1.Toleration
	for range d.roll(4) {
		t := corev1.Toleration{Key: d.value(), Operator: corev1.TolerationOpExists}
		if d.roll(2) == 1 {
			t.Operator, t.Value = corev1.TolerationOpEqual, d.value()
		}
		if d.roll(2) == 1 {
			t.Effect = d.effect()
		}
		if t.Effect == corev1.TaintEffectNoExecute && d.roll(3) > 0 {
			seconds := int64(d.roll(100)) - 5
			t.TolerationSeconds = &seconds
		}
		tolerations = append(tolerations, t)
	}
	return tolerations
}

func (d *dice) holding() names {
	var holding names
	for range d.roll(6) {
		holding = append(holding, d.name())
	}
	return holding
}
