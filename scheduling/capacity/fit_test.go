package capacity_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/scheduling/capacity"
)

// lot is nodes and pods as a source of random numbers has them, and a workload.
type lot struct {
	nodes    []*corev1.Node
	pods     []*corev1.Pod
	workload capacity.Workload
}

func someLot(r *rand.Rand) lot {
	var l lot
	for i := range r.IntN(6) {
		options := []nodeOption{
			having("cpu", fmt.Sprint(r.IntN(8)), "memory", fmt.Sprint(r.IntN(20)), "pods", fmt.Sprint(r.IntN(9))),
			in(fmt.Sprint("eu-", r.IntN(2))),
		}
		if r.IntN(6) == 0 {
			options = append(options, cordoned)
		}
		l.nodes = append(l.nodes, node(fmt.Sprint("node-", i), options...))
	}
	for i := range r.IntN(12) {
		options := []podOption{requesting(corev1.ResourceCPU, fmt.Sprint(r.IntN(4)*500, "m"))}
		if r.IntN(4) > 0 {
			options = append(options, on(fmt.Sprint("node-", r.IntN(6))))
		}
		l.pods = append(l.pods, pod(fmt.Sprint("web-", i), options...))
	}
	l.workload = needing("cpu", fmt.Sprint(r.IntN(5)*700, "m"), "memory", fmt.Sprint(r.IntN(4)))
	if r.IntN(2) == 0 {
		l.workload.NodeSelector = map[string]string{corev1.LabelTopologyZone: "eu-0"}
	}
	return l
}

// packed is how many replicas go on the nodes, one after the other on the first
// node that takes it.
func (l lot) packed() int64 {
	for n := int64(0); ; n++ {
		if !l.put(fmt.Sprint("new-", n)) {
			return n
		}
	}
}

// put binds one more replica, if any node takes it.
func (l *lot) put(name string) bool {
	for _, n := range l.nodes {
		if !n.Spec.Unschedulable && l.chosen(n) && l.hasRoom(n) {
			p := pod(name, on(n.Name))
			p.Spec.Containers[0].Resources.Requests = l.workload.Needs
			l.pods = append(l.pods, p)
			return true
		}
	}
	return false
}

func (l lot) chosen(n *corev1.Node) bool {
	for key, value := range l.workload.NodeSelector {
		if n.Labels[key] != value {
			return false
		}
	}
	return true
}

func (l lot) hasRoom(n *corev1.Node) bool {
	has := n.Status.Allocatable.DeepCopy()
	take := func(name corev1.ResourceName, list corev1.ResourceList) {
		q := has[name]
		q.Sub(list[name])
		has[name] = q
	}
	one := resources("pods", "1")
	for _, p := range l.pods {
		if p.Spec.NodeName == n.Name {
			take("pods", one)
			take("cpu", p.Spec.Containers[0].Resources.Requests)
			take("memory", p.Spec.Containers[0].Resources.Requests)
		}
	}
	for _, needs := range []corev1.ResourceList{one, l.workload.Needs} {
		for name, q := range needs {
			if free := has[name]; q.Sign() > 0 && free.Cmp(q) < 0 {
				return false
			}
		}
	}
	return true
}

// FuzzRoom: as many fit as go on the nodes one by one, however pods and nodes came
// and went before.
func FuzzRoom(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed, uint64(0))
	}
	f.Fuzz(func(t *testing.T, a, b uint64) {
		r := rand.New(rand.NewPCG(a, b))
		var i capacity.Inventory
		for range 2 {
			past := someLot(r)
			fill(&i, past.nodes, past.pods)
		}
		l := someLot(r)
		for k := range 12 { // what there was, in part or all of it
			i.DeleteNode(fmt.Sprint("node-", k))
			i.DeletePod(pod(fmt.Sprint("web-", k)).UID)
		}
		fill(&i, l.nodes, l.pods)
		require.Equal(t, l.packed(), i.Room(l.workload), "%+v", l)
	})
}

// many is a cluster of so many nodes, in three zones, with ten pods on each.
func many(nodes int) *capacity.Inventory {
	i := &capacity.Inventory{}
	for n := range nodes {
		name := fmt.Sprint("node-", n)
		i.SetNode(node(name, in(fmt.Sprint("eu-", n%3)), having("cpu", "16", "memory", "64Gi", "pods", "110")))
		for p := range 10 {
			i.SetPod(pod(fmt.Sprint(name, "-", p), running(corev1.ConditionTrue), on(name), requesting("cpu", "500m"), labelled("app", fmt.Sprint("app-", p))))
		}
	}
	return i
}

func BenchmarkRoom(b *testing.B) {
	i := many(5000)
	for name, w := range map[string]capacity.Workload{
		"anywhere": needing("cpu", "1", "memory", "1Gi"),
		"a zone":   selecting(corev1.LabelTopologyZone, "eu-1"),
		"not on":   affine(expression(corev1.LabelHostname, corev1.NodeSelectorOpNotIn, "node-7")),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if i.Room(w) == 0 {
					b.Fatal("no room")
				}
			}
		})
	}
}

func BenchmarkLook(b *testing.B) {
	i := many(5000)
	w := web()
	b.ReportAllocs()
	for b.Loop() {
		i.Look(w, 0, noon)
	}
}

func BenchmarkSetPod(b *testing.B) {
	i := many(5000)
	p := pod("more", running(corev1.ConditionTrue), on("node-7"), requesting("cpu", "1"))
	b.ReportAllocs()
	for b.Loop() {
		i.SetPod(p)
		i.DeletePod(p.UID)
	}
}
