// Package since remembers since when something about a member is so, for
// registries whose source does not say. What it remembers ends with the process.
package since

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Turn is since when a member is ready, or is not. The zero Turn knows nothing.
type Turn struct {
	known, ready bool
	at           time.Time
}

// Note takes over whether the member is ready, and returns since when: that time,
// if it was the other way before or nothing was known.
func (t *Turn) Note(ready bool, at time.Time) time.Time {
	if !t.known || t.ready != ready {
		*t = Turn{known: true, ready: ready, at: at}
	}
	return t.at
}

// Taints are since when a member has the taints that do not say so. The zero
// Taints knows nothing.
type Taints struct {
	seen []corev1.Taint
}

// Date returns the taints, in a slice of the caller's own, those with the effect
// NoExecute with a time: their own, else when they were seen first, with their
// value.
func (t *Taints) Date(taints []corev1.Taint, now time.Time) []corev1.Taint {
	dated := slices.Clone(taints)
	for i := range dated {
		if dated[i].Effect != corev1.TaintEffectNoExecute || dated[i].TimeAdded != nil {
			continue
		}
		first := metav1.NewTime(now)
		for _, before := range t.seen {
			if before.MatchTaint(&dated[i]) && before.Value == dated[i].Value && before.TimeAdded != nil {
				first = *before.TimeAdded
			}
		}
		dated[i].TimeAdded = &first
	}
	t.seen = dated
	return slices.Clone(dated)
}
