package capacity

import (
	"math"

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
