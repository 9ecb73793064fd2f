package capacity

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// need is how much of a resource is needed.
type need struct {
	place  int
	amount int64
}

// podsPlace is where pods are counted.
const podsPlace = 0

func (n need) write(b *strings.Builder) {
	b.WriteByte(';')
	b.WriteString(strconv.Itoa(n.place))
	b.WriteByte('=')
	b.WriteString(strconv.FormatInt(n.amount, 10))
}

// place is where a resource is counted.
func (f *fleet) place(name corev1.ResourceName) int {
	if f.places == nil {
		f.places = map[corev1.ResourceName]int{corev1.ResourcePods: podsPlace}
	}
	p, known := f.places[name]
	if !known {
		p = len(f.places)
		f.places[name] = p
	}
	return p
}

// needs are the requests of a pod, that it counts as one included, in the order of
// their places.
func (f *fleet) needs(requests corev1.ResourceList) []need {
	all := make([]need, 0, len(requests)+1)
	all = append(all, need{f.place(corev1.ResourcePods), 1})
	for name, q := range requests {
		if amount := amountOf(name, q); amount > 0 && name != corev1.ResourcePods {
			all = append(all, need{f.place(name), amount})
		}
	}
	slices.SortFunc(all, func(a, b need) int { return cmp.Compare(a.place, b.place) })
	return all
}

// serves says whether any node or pod has ever spoken of all that is requested.
func (f *fleet) serves(requests corev1.ResourceList) bool {
	for name, q := range requests {
		if _, known := f.places[name]; !known && !q.IsZero() {
			return false
		}
	}
	return true
}

// amounts are quantities by place.
func (f *fleet) amounts(list corev1.ResourceList) []int64 {
	var all []int64
	for name, q := range list {
		place := f.place(name)
		all = reach(all, place)
		all[place] = amountOf(name, q)
	}
	return all
}

// reach makes amounts long enough for a place.
func reach(amounts []int64, place int) []int64 {
	if more := place + 1 - len(amounts); more > 0 {
		return append(amounts, make([]int64, more)...)
	}
	return amounts
}
