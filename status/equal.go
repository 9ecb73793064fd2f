package status

import (
	"reflect"
	"slices"
)

// Equal tells whether two summaries say the same, so that writing one over the
// other would change nothing. The copies' own statuses are compared in depth; an
// empty one is the same as none, and an empty list as none. The Generation of
// Vitals is not told, and does not count, nor does the order of counts.
func Equal(a, b Summary) bool {
	return a.Generation == b.Generation &&
		slices.Equal(a.Conditions, b.Conditions) &&
		a.Worst == b.Worst && sameCounts(a.Totals, b.Totals) &&
		slices.EqualFunc(a.Clusters, b.Clusters, sameObservation)
}

func sameObservation(a, b Observation) bool {
	return a.Cluster == b.Cluster && a.State == b.State && a.Message == b.Message && a.Rollout.equal(b.Rollout) && a.Vitals.equal(b.Vitals) &&
		(len(a.Remote) == 0 && len(b.Remote) == 0 || reflect.DeepEqual(a.Remote, b.Remote))
}

func (v Vitals) equal(other Vitals) bool {
	return v.Health == other.Health && v.Message == other.Message && v.Observed == other.Observed &&
		sameCounts(v.Counts, other.Counts)
}

// sameCounts says whether the numbers are the same by name, in whatever order:
// where they are kept there may be none.
func sameCounts(a, b []Count) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(c Count) bool { return !slices.Contains(b, c) })
}
