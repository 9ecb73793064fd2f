package scheduling

import (
	"cmp"
	"container/heap"
	"math/bits"
)

// byWeight divides by weight, to the nearest replica, with the method of Webster
// and Sainte-Laguë: one replica after the other goes to the part with the largest
// weight/(2n+1), where n is what it has. Unlike shares that are rounded, this
// takes nothing from anybody when there is one replica more. See Balinski and
// Young, Fair Representation, 2nd edition, 2001.
//
// It does not go one by one. Parts reach weight*x+1/2 at about the same x, so it
// looks for an x just short of the total, and deals out the last few.
func byWeight(total int64, parts []part) []int64 {
	shares := make([]int64, len(parts))
	left, room := total, int64(0)
	for i, p := range parts {
		shares[i] = p.least
		left -= p.least
		if p.weight > 0 {
			room += p.most - p.least
		}
	}
	switch {
	case left <= 0:
		return shares
	case left >= room:
		for i, p := range parts {
			if p.weight > 0 {
				shares[i] = p.most
			}
		}
		return shares
	}
	x := nearly(total, parts)
	left = total
	for i, p := range parts {
		shares[i] = p.at(x)
		left -= shares[i]
	}
	dealOut(left, parts, shares)
	return shares
}

// at is what the part has when x is reached.
func (p *part) at(x float64) int64 {
	if p.weight == 0 {
		return p.least
	}
	n := float64(p.weight)*x + 0.5
	if p.behind.weight > 0 {
		n = min(n, float64(p.behind.weight)*x+0.5+float64(p.behind.slack))
	}
	return int64(min(max(n, float64(p.least)), float64(p.most)))
}

// nearly is an x at which the parts have no more than total together, short of it
// by a few at the most.
func nearly(total int64, parts []part) float64 {
	low, high := point{0, reached(0, parts)}, point{}
	weights := sum(parts, func(p part) int64 { return p.weight })
	for x := float64(total+1) / float64(weights); ; x *= 4 {
		if high = (point{x, reached(x, parts)}); high.n > total {
			break
		}
		low = high
	}
	few := int64(len(parts)) / 8
	for try := range 128 {
		if total-low.n <= few || high.x-low.x <= 1e-12*high.x {
			break
		}
		x := low.x + (high.x-low.x)/2
		if try%2 == 0 { // it may lie on the line between the two
			x = low.x + (high.x-low.x)*float64(total-few/2-low.n)/float64(high.n-low.n)
		}
		if next := (point{x, reached(x, parts)}); next.n > total {
			high = next
		} else {
			low = next
		}
	}
	return low.x * (1 - 1e-9) // so that no rounding error gives what is another's
}

// point is how many replicas all parts have together when x is reached.
type point struct {
	x float64
	n int64
}

func reached(x float64, parts []part) int64 {
	n := int64(0)
	for i := range parts {
		n += parts[i].at(x)
	}
	return n
}

// dealOut gives the last replicas, one by one.
func dealOut(left int64, parts []part, shares []int64) {
	q := &turns{parts: parts, shares: shares, order: make([]int, 0, len(parts))}
	for i, p := range parts {
		if p.weight > 0 && shares[i] < p.most {
			q.order = append(q.order, i)
		}
	}
	heap.Init(q)
	for ; left > 0 && q.Len() > 0; left-- {
		first := q.order[0]
		shares[first]++
		if shares[first] == parts[first].most {
			heap.Pop(q)
		} else {
			heap.Fix(q, 0)
		}
	}
}

// turns is a heap of parts, that whose turn it is first.
type turns struct {
	parts  []part
	shares []int64
	order  []int
}

func (q *turns) Len() int { return len(q.order) }

func (q *turns) Less(a, b int) bool {
	i, j := q.order[a], q.order[b]
	first, second := q.parts[i].turn(q.shares[i]), q.parts[j].turn(q.shares[j])
	switch order := first.compare(second); {
	case order != 0:
		return order < 0
	case first.held != second.held:
		return second.held
	}
	return i < j
}

func (q *turns) Swap(a, b int) { q.order[a], q.order[b] = q.order[b], q.order[a] }

// Push implements [heap.Interface]; nothing is ever added.
func (q *turns) Push(any) {}

// Pop implements [heap.Interface].
func (q *turns) Pop() any {
	last := len(q.order) - 1
	gone := q.order[last]
	q.order = q.order[:last]
	return gone
}

// turn is when a part gets its next replica: when x reaches n/weight.
type turn struct {
	n, weight uint64 // n counts halves
	held      bool   // it would be earlier, but for the part that it must not leave behind
}

// turn is when a part that has n replicas gets another.
func (p part) turn(n int64) turn {
	next := turn{n: uint64(2*n + 1), weight: uint64(p.weight)}
	if p.behind.weight > 0 && n >= p.behind.slack {
		later := turn{n: uint64(2*(n-p.behind.slack) + 1), weight: uint64(p.behind.weight), held: true}
		if next.compare(later) < 0 {
			return later
		}
	}
	return next
}

// compare is negative when t comes before other, and 0 when they come together.
func (t turn) compare(other turn) int {
	high, low := bits.Mul64(t.n, other.weight)
	otherHigh, otherLow := bits.Mul64(other.n, t.weight)
	return cmp.Or(cmp.Compare(high, otherHigh), cmp.Compare(low, otherLow))
}
