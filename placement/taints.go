package placement

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation"
)

// HoldsOthers says of a kind that whatever lives in its objects goes with them,
// also what is somebody else's: namespaces, and definitions of custom resources.
// Taints do not concern it, for what is in it has tolerations of its own.
func HoldsOthers(kind schema.GroupKind) bool {
	return kind == schema.GroupKind{Kind: "Namespace"} || kind == schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}
}

// weigh gives the reason against a cluster that its taints are, and takes over
// when they may become one.
func (d *Decision) weigh(req Request, cluster federation.Cluster) (Reason, bool) {
	if HoldsOthers(req.Object.Kind) {
		return Reason{}, false
	}
	verdict := federation.Tolerate(cluster.Taints, req.Want.Tolerations)
	switch {
	case verdict.Due(req.Now):
		return leaves(verdict), true
	case verdict.NoMore && !slices.Contains(req.Holding, cluster.Name):
		return staysAway(keeper(cluster.Taints, req.Want.Tolerations)), true
	case verdict.Leave && (d.Next.IsZero() || verdict.Until.Before(d.Next)):
		d.Next = verdict.Until
	}
	return Reason{}, false
}

// keeper is the first of a cluster's taints that keeps the object away.
func keeper(taints []corev1.Taint, tolerations []corev1.Toleration) corev1.Taint {
	i := slices.IndexFunc(taints, func(t corev1.Taint) bool {
		return federation.Tolerate([]corev1.Taint{t}, tolerations).NoMore
	})
	return taints[max(i, 0)]
}

// leaves is the reason that a taint is which empties the cluster.
func leaves(v federation.Verdict) Reason {
	still := ""
	if !v.Until.IsZero() {
		still = " any more"
	}
	if v.Taint.Key == federation.DrainTaint && still == "" {
		return Reason{Tainted, fmt.Sprintf("the cluster is drained: uncordon it, or tolerate its taint %q in placement.tolerations", v.Taint.ToString())}
	}
	return Reason{Tainted, fmt.Sprintf("the cluster has the taint %q, which takes away what does not tolerate it%s: "+
		"remove the taint, or tolerate it in placement.tolerations", v.Taint.ToString(), still)}
}

// staysAway is the reason that a taint is which keeps new copies away.
func staysAway(taint corev1.Taint) Reason {
	if taint.Key == federation.CordonTaint {
		return Reason{Cordoned, fmt.Sprintf("the cluster is cordoned, which keeps new copies away: uncordon it, or tolerate its taint %q in placement.tolerations", taint.ToString())}
	}
	return Reason{Tainted, fmt.Sprintf("the cluster has the taint %q, which keeps new copies away: "+
		"remove the taint, or tolerate it in placement.tolerations", taint.ToString())}
}
