package capacity

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// fleet is the nodes of a cluster, and what is free on each.
type fleet struct {
	nodes  map[string]*node
	shapes map[string]*shape
	// places says where each resource is counted in a node; that of pods is the
	// first.
	places map[corev1.ResourceName]int
}

// node is what one node has, and what is free of it.
type node struct {
	name  string
	host  string // the value of its label kubernetes.io/hostname
	shape *shape // nil: the node is not known, only pods on it are
	at    int    // in shape.nodes
	bound int64  // records of pods that point here
	has   []int64
	free  []int64
}

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

// node is the node of that name, though nothing be known of it yet.
func (f *fleet) node(name string) *node {
	if n := f.nodes[name]; n != nil {
		return n
	}
	if f.nodes == nil {
		f.nodes = map[string]*node{}
	}
	n := &node{name: name}
	f.nodes[name] = n
	return n
}

// tidy forgets a node that is not known and has no pods.
func (f *fleet) tidy(n *node) {
	if n.shape == nil && n.bound == 0 {
		delete(f.nodes, n.name)
	}
}

// bind takes from a node what a pod needs, or gives it back when times is -1.
func (n *node) bind(times int64, needs []need) {
	n.bound += times
	for _, need := range needs {
		n.free = reach(n.free, need.place)
		n.free[need.place] -= times * need.amount
	}
}

// reach makes amounts long enough for a place.
func reach(amounts []int64, place int) []int64 {
	if more := place + 1 - len(amounts); more > 0 {
		return append(amounts, make([]int64, more)...)
	}
	return amounts
}

// set takes a node over, and says whether that changes anything.
func (f *fleet) set(o *corev1.Node) (changed bool) {
	n := f.node(o.Name)
	changed = n.resize(f.amounts(o.Status.Allocatable))
	host, shape := o.Labels[corev1.LabelHostname], shapeOf(o)
	if n.shape != nil && n.host == host && n.shape.key == shape.key {
		return changed
	}
	f.leave(n)
	n.host = host
	f.join(n, shape)
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

// resize makes a node have other amounts, and says whether they are.
func (n *node) resize(has []int64) (changed bool) {
	for place := range max(len(has), len(n.has)) {
		has, n.has, n.free = reach(has, place), reach(n.has, place), reach(n.free, place)
		more := has[place] - n.has[place]
		n.free[place] += more
		changed = changed || more != 0
	}
	n.has = has
	return changed
}

// join makes a node one of its shape.
func (f *fleet) join(n *node, s *shape) {
	if known := f.shapes[s.key]; known != nil {
		s = known
	} else if f.shapes == nil {
		f.shapes = map[string]*shape{}
	}
	f.shapes[s.key] = s
	n.shape, n.at = s, len(s.nodes)
	s.nodes = append(s.nodes, n)
}

// leave makes a node one of no shape.
func (f *fleet) leave(n *node) {
	s := n.shape
	if s == nil {
		return
	}
	last := len(s.nodes) - 1
	s.nodes[n.at], s.nodes[last].at = s.nodes[last], n.at
	s.nodes[last] = nil
	s.nodes, n.shape = s.nodes[:last], nil
	if last == 0 {
		delete(f.shapes, s.key)
	}
}

// delete forgets a node, and says whether it was known.
func (f *fleet) delete(name string) (changed bool) {
	n := f.nodes[name]
	if n == nil || n.shape == nil {
		return false
	}
	f.leave(n)
	n.resize(nil)
	f.tidy(n)
	return true
}

// room is how many replicas fit on all nodes but those that are taken. Where that
// matters, no more than one goes on each of the others.
func (f *fleet) room(w Workload, taken map[*node]bool) int64 {
	if !f.serves(w.Needs) {
		return 0
	}
	wants, needs, total := wishOf(w), f.needs(w.Needs), int64(0)
	for _, s := range f.shapes {
		if !wants.shape(s) {
			continue
		}
		for _, n := range s.nodes {
			switch {
			case taken[n] || !wants.node(n):
			case taken != nil:
				total += min(n.fits(needs), 1)
			default:
				total += n.fits(needs)
			}
		}
	}
	return total
}

// fits is how many replicas with these needs fit on a node.
func (n *node) fits(needs []need) int64 {
	fit := int64(math.MaxInt32)
	for _, need := range needs {
		if need.place >= len(n.free) {
			return 0
		}
		fit = min(fit, n.free[need.place]/need.amount)
	}
	return max(fit, 0)
}
