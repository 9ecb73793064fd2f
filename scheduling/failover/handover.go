package failover

import (
	"cmp"
	"slices"

	"github.com/fedrail/fedrail/scheduling"
)

// give decides what each cluster is told now, on the way to its target. What is
// to grow grows at once. What is to shrink loses the replicas that are not ready,
// and of those that are as many as all clusters together have more than they
// should: so never fewer are ready than before, as long as there is room for them
// elsewhere. Nothing waits where nobody tells how copies fare, nor will; and where
// every cluster is to be left, all stay where they are.
func give(r Request, plan scheduling.Plan, all []standing) {
	if r.Total > 0 && everyOneLeaves(all) {
		for i := range all {
			all[i].give, all[i].stuck = all[i].has(), true
		}
		return
	}
	ready := int64(0)
	told := false
	for _, s := range all {
		ready += s.serving()
		told = told || (s.Seen || s.Stale) && s.Member.Ready
	}
	need := r.Total - plan.Unplaced
	w := waiting{policy: r.Policy, covered: ready >= need || !told, spare: max(ready-need, 0)}
	for _, i := range leaversFirst(all) {
		all[i].give = w.give(all[i])
	}
}

// everyOneLeaves says of the clusters that somebody wants that nothing is to be in
// one of them.
func everyOneLeaves(all []standing) bool {
	wanted, left := 0, 0
	for _, s := range all {
		if s.Want != nil {
			wanted++
		}
		if s.Want != nil && s.leaves {
			left++
		}
	}
	return wanted > 0 && left == wanted
}

// waiting is what clusters that are to shrink wait for.
type waiting struct {
	policy  Policy
	covered bool  // as many are ready as there should be, or nobody knows
	spare   int64 // how many more are ready than there should be
}

func (w *waiting) give(s standing) int64 {
	has := s.has()
	switch {
	case s.target >= has:
		return w.grow(s)
	case s.Stale:
		return has
	case !s.Member.Ready && w.covered, s.Member.Ready && !s.Seen:
		return s.target
	case !s.Member.Ready:
		return has // it may return before the others are ready
	}
	keep := max(s.target, s.serving())
	take := min(keep-s.target, w.spare)
	w.spare -= take
	return keep - take
}

// grow is what a cluster is told that is to grow. One whose replicas come back
// gradually takes a step when those of the last one are ready.
func (w *waiting) grow(s standing) int64 {
	has := s.has()
	switch {
	case !s.returns(w.policy) || w.policy.Return != Gradually:
		return s.target
	case s.Seen && s.serving() < has:
		return has
	}
	return min(s.target, has+w.policy.Step)
}

// leaversFirst are the indices of clusters in the order in which they may lose
// replicas that are ready.
func leaversFirst(all []standing) []int {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) int {
		if all[i].leaves {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank(a), rank(b)) })
	return order
}
