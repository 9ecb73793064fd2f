package placement_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// with are two clusters, the first of which has these taints, added at noon.
func with(taints ...corev1.Taint) federation.ClusterSet {
	added := metav1.NewTime(noon)
	for i := range taints {
		taints[i].TimeAdded = &added
	}
	return federation.NewClusterSet(federation.Cluster{Name: "cluster1", Taints: taints}, federation.Cluster{Name: "cluster2"})
}

func tolerating(key string, seconds int64) []corev1.Toleration {
	t := corev1.Toleration{Key: key, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute}
	if seconds > 0 {
		t.TolerationSeconds = &seconds
	}
	return []corev1.Toleration{t}
}

func TestTaintsAreReadAsThoseOfNodes(t *testing.T) {
	stay, leave := corev1.Taint{Key: "stay", Effect: corev1.TaintEffectNoSchedule}, corev1.Taint{Key: "leave", Effect: corev1.TaintEffectNoExecute}
	cordon := corev1.Taint{Key: federation.CordonTaint, Effect: corev1.TaintEffectNoSchedule}
	drain := corev1.Taint{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoExecute}
	keepsAway := func(taint string) placement.Reason {
		return placement.Reason{Code: placement.Tainted, Message: `the cluster has the taint "` + taint + `", which keeps new copies away: remove the taint, or tolerate it in placement.tolerations`}
	}
	takesAway := func(taint, still string) placement.Reason {
		return placement.Reason{Code: placement.Tainted, Message: `the cluster has the taint "` + taint + `", which takes away what does not tolerate it` + still +
			`: remove the taint, or tolerate it in placement.tolerations`}
	}
	cordoned := placement.Reason{Code: placement.Cordoned, Message: `the cluster is cordoned, which keeps new copies away: uncordon it, or tolerate its taint "fedrail.io/unschedulable:NoSchedule" in placement.tolerations`}
	drained := placement.Reason{Code: placement.Tainted, Message: `the cluster is drained: uncordon it, or tolerate its taint "fedrail.io/drain:NoExecute" in placement.tolerations`}
	for name, c := range map[string]struct {
		members     federation.ClusterSet
		tolerations []corev1.Toleration
		there       bool
		after       time.Duration // noon
		reason      placement.Reason
		next        time.Duration // after noon
	}{
		"none":                             {members: with()},
		"cordoned, not there yet":          {members: with(cordon), reason: cordoned},
		"cordoned, there":                  {members: with(cordon), there: true},
		"NoSchedule, not there yet":        {members: with(stay), reason: keepsAway("stay:NoSchedule")},
		"NoSchedule, there":                {members: with(stay), there: true},
		"NoSchedule, tolerated":            {members: with(stay), tolerations: []corev1.Toleration{{Key: "stay", Operator: "Exists"}}},
		"PreferNoSchedule":                 {members: with(corev1.Taint{Key: "rather", Effect: corev1.TaintEffectPreferNoSchedule})},
		"drained, not there yet":           {members: with(drain), reason: drained},
		"drained, there":                   {members: with(drain), there: true, reason: drained},
		"drained and cordoned":             {members: with(cordon, drain), there: true, reason: drained},
		"NoExecute, not there yet":         {members: with(leave), reason: takesAway("leave:NoExecute", "")},
		"NoExecute, there":                 {members: with(leave), there: true, reason: takesAway("leave:NoExecute", "")},
		"NoExecute, tolerated":             {members: with(leave), there: true, tolerations: tolerating("leave", 0)},
		"for a minute, that is not over":   {members: with(leave), there: true, tolerations: tolerating("leave", 60), after: 59 * time.Second, next: time.Minute},
		"for a minute, and not there yet":  {members: with(leave), tolerations: tolerating("leave", 60), after: 59 * time.Second, next: time.Minute},
		"for a minute, that is over":       {members: with(leave), there: true, tolerations: tolerating("leave", 60), after: time.Minute, reason: takesAway("leave:NoExecute", " any more")},
		"kept away by what is not the due": {members: with(leave, stay), tolerations: tolerating("leave", 60), reason: keepsAway("stay:NoSchedule")},
	} {
		t.Run(name, func(t *testing.T) {
			req := placement.Request{Members: c.members, Now: noon.Add(c.after)}
			req.Want = placement.Placement{Clusters: names{"cluster1", "cluster2"}, Tolerations: c.tolerations}
			if c.there {
				req.Holding = names{"cluster2", "cluster1"}
			}
			decision := place(t, placement.Selector{}, req)
			require.Equal(t, c.reason, decision.Rejected["cluster1"])
			require.Equal(t, c.reason.Code == "", decision.Selected[0] == "cluster1")
			next := time.Time{}
			if c.next > 0 {
				next = noon.Add(c.next)
			}
			require.Equal(t, next, decision.Next)
		})
	}
}

func TestATaintOfAClusterThatIsNotAskedForIsNoReason(t *testing.T) {
	leave := corev1.Taint{Key: "leave", Effect: corev1.TaintEffectNoExecute}
	decision := place(t, placement.Selector{}, placement.Request{
		Want:    placement.Placement{Clusters: names{"cluster2"}, Tolerations: tolerating("leave", 60)},
		Members: with(leave), Holding: names{"cluster1"}, Now: noon,
	})
	require.Equal(t, placement.NotNamed, decision.Rejected["cluster1"].Code)
	require.Zero(t, decision.Next)
}

// TestATolerationOfABoundIsNone: who may be in a namespace's clusters says so itself.
func TestATolerationOfABoundIsNone(t *testing.T) {
	everywhere := placement.Placement{Selector: everywhere}
	tolerant := everywhere
	tolerant.Tolerations = []corev1.Toleration{{Operator: corev1.TolerationOpExists}}
	stay := corev1.Taint{Key: "stay", Effect: corev1.TaintEffectNoSchedule}
	for _, c := range []struct {
		own, bound placement.Placement
		selected   names
	}{{everywhere, tolerant, names{"cluster2"}}, {tolerant, everywhere, names{"cluster1", "cluster2"}}} {
		decision := place(t, placement.Selector{}, placement.Request{
			Want: c.own, Bounds: []placement.Bound{{By: "test", Within: &c.bound}}, Members: with(stay),
		})
		require.Equal(t, c.selected, decision.Selected)
	}
}

// TestAMemberThatIsNotReadyKeepsWholeObjects: to be away is no taint that counts.
func TestAMemberThatIsNotReadyKeepsWholeObjects(t *testing.T) {
	away := federation.Cluster{Name: "away", Turned: noon}
	require.True(t, federation.Tolerate(away.AllTaints(), nil).Leave)
	decision := place(t, placement.Selector{}, placement.Request{
		Want: placement.Placement{Selector: everywhere}, Members: federation.NewClusterSet(away), Now: noon.Add(time.Hour),
	})
	require.Equal(t, names{"away"}, decision.Selected)
}

func TestTolerationsThatMeanNothingAreErrors(t *testing.T) {
	seconds := int64(60)
	for want, toleration := range map[string]corev1.Toleration{
		`operator: there is no "Near": write Exists or Equal`:            {Key: "k", Operator: "Near"},
		"key: it is required unless the operator is Exists":              {Value: "v"},
		"value: with the operator Exists there is none":                  {Key: "k", Operator: "Exists", Value: "v"},
		`effect: there is no "Evict": write NoSchedule`:                  {Key: "k", Effect: "Evict"},
		"tolerationSeconds: it is for the effect NoExecute alone: write": {Key: "k", TolerationSeconds: &seconds},
	} {
		_, err := placement.Selector{}.Place(t.Context(), placement.Request{
			Want: placement.Placement{Selector: everywhere, Tolerations: []corev1.Toleration{{Key: "fine"}, toleration}},
		})
		require.ErrorContains(t, err, "placement.tolerations[1]."+want)
	}
}
