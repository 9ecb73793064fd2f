package follow

import (
	"cmp"
	"maps"
	"slices"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// target is an object that others refer to.
type target struct {
	of  federation.Type
	key propagation.Key
}

// referrer is an object that refers to others.
type referrer struct {
	of  federation.Type
	key propagation.Key
}

func compareReferrers(a, b referrer) int {
	return cmp.Or(cmp.Compare(a.of.String(), b.of.String()), cmp.Compare(a.key.String(), b.key.String()))
}

// index is who refers to what, both ways.
type index struct {
	byReferrer map[referrer]reference
	byTarget   map[target]map[referrer]bool
}

func newIndex() index {
	return index{byReferrer: map[referrer]reference{}, byTarget: map[target]map[referrer]bool{}}
}

func (x index) knows(who referrer) bool {
	_, known := x.byReferrer[who]
	return known
}

// to are those who refer to a target, in order.
func (x index) to(t target) []referrer {
	return slices.SortedFunc(maps.Keys(x.byTarget[t]), compareReferrers)
}

// referrersOf are the referrers of a type, in any order.
func (x index) referrersOf(t federation.Type) []referrer {
	var all []referrer
	for who := range x.byReferrer {
		if who.of == t {
			all = append(all, who)
		}
	}
	return all
}

// set replaces what an object refers to, and returns all targets that this
// concerns. A reference to nothing is not kept.
func (x index) set(who referrer, r reference) []target {
	concerned := slices.Clone(x.byReferrer[who].to)
	for _, t := range concerned {
		delete(x.byTarget[t], who)
		if len(x.byTarget[t]) == 0 {
			delete(x.byTarget, t)
		}
	}
	delete(x.byReferrer, who)
	if len(r.to) == 0 {
		return concerned
	}
	x.byReferrer[who] = r
	for _, t := range r.to {
		if x.byTarget[t] == nil {
			x.byTarget[t] = map[referrer]bool{}
		}
		x.byTarget[t][who] = true
		if !slices.Contains(concerned, t) {
			concerned = append(concerned, t)
		}
	}
	return concerned
}
