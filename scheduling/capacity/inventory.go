package capacity

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
)

// Inventory is the pods and the nodes of one cluster, as far as they matter for
// how many replicas run there and how many more fit. It keeps sums: what it tells
// costs no more where there are more pods of the same kind.
//
// A [Watcher] keeps one of each cluster; whoever has informers of his own can fill
// one himself. The zero Inventory is empty and ready for use. It is not safe for
// concurrent use.
type Inventory struct {
	pods  map[types.UID]record
	kinds map[string]map[string]*kind // by namespace and key
	fleet fleet
}

// record is what is kept of one pod.
type record struct {
	kind    *kind
	node    *node // nil: it has none
	since   int64 // since when the scheduler finds no node, in seconds of Unix; 0: it does not say so
	ready   bool
	leaving bool // it is about to go, and takes its room until it is gone
}

// SetPod takes a pod over as it is now, and says whether that changes anything
// that is told. Nothing of it is kept but its labels.
func (i *Inventory) SetPod(pod *corev1.Pod) (changed bool) {
	if phase := pod.Status.Phase; phase == corev1.PodSucceeded || phase == corev1.PodFailed {
		return i.DeletePod(pod.UID)
	}
	if i.pods == nil {
		i.pods, i.kinds = map[types.UID]record{}, map[string]map[string]*kind{}
	}
	now := record{kind: i.kindOf(pod), leaving: pod.DeletionTimestamp != nil}
	if pod.Spec.NodeName != "" {
		now.node = i.fleet.node(pod.Spec.NodeName)
	}
	for _, c := range pod.Status.Conditions {
		switch {
		case c.Type == corev1.PodReady:
			now.ready = c.Status == corev1.ConditionTrue
		case c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse && c.Reason == corev1.PodReasonUnschedulable && now.node == nil:
			now.since = max(c.LastTransitionTime.Unix(), 1)
		}
	}
	before, known := i.pods[pod.UID]
	if known && before == now {
		return false
	}
	if known {
		i.count(-1, pod.UID, before)
	}
	i.count(1, pod.UID, now)
	i.pods[pod.UID] = now
	i.tidy(before)
	return true
}

// DeletePod forgets a pod, and says whether it was known.
func (i *Inventory) DeletePod(uid types.UID) (changed bool) {
	before, known := i.pods[uid]
	if known {
		i.count(-1, uid, before)
		delete(i.pods, uid)
		i.tidy(before)
	}
	return known
}

// count counts a pod in, or out when n is -1.
func (i *Inventory) count(n int64, uid types.UID, r record) {
	r.kind.count(n, uid, r)
	if r.node != nil {
		r.node.bind(n, r.kind.needs)
	}
}

// tidy forgets what a record was the last to point to.
func (i *Inventory) tidy(r record) {
	if k := r.kind; k != nil && k.known == 0 {
		delete(i.kinds[k.namespace], k.key)
		if len(i.kinds[k.namespace]) == 0 {
			delete(i.kinds, k.namespace)
		}
	}
	if r.node != nil {
		i.fleet.tidy(r.node)
	}
}

// kindOf is the kind of a pod, a new one where none is like it.
func (i *Inventory) kindOf(pod *corev1.Pod) *kind {
	needs := i.fleet.needs(requestsOf(&pod.Spec))
	key := keyOf(pod.Labels, needs)
	if k := i.kinds[pod.Namespace][key]; k != nil {
		return k
	}
	if i.kinds[pod.Namespace] == nil {
		i.kinds[pod.Namespace] = map[string]*kind{}
	}
	k := &kind{key: key, namespace: pod.Namespace, labels: pod.Labels, needs: needs}
	i.kinds[pod.Namespace][key] = k
	return k
}

func keyOf(l labels.Set, needs []need) string {
	var b strings.Builder
	b.WriteString(l.String())
	for _, n := range needs {
		n.write(&b)
	}
	return b.String()
}

// SetNode takes a node over as it is now, and says whether that changes anything
// that is told.
func (i *Inventory) SetNode(n *corev1.Node) (changed bool) { return i.fleet.set(n) }

// DeleteNode forgets the node of that name, and says whether it was known. What
// pods on it need is remembered as long as they are.
func (i *Inventory) DeleteNode(name string) (changed bool) { return i.fleet.delete(name) }

// Look says what the pods of a workload do at a time: a pod for which no node has
// been found for unschedulableFor counts as unschedulable.
func (i *Inventory) Look(w Workload, unschedulableFor time.Duration, now time.Time) Sight {
	var s Sight
	if w.Selector == nil {
		return s
	}
	for _, k := range i.kinds[w.Namespace] {
		if w.Selector.Matches(k.labels) {
			s.add(k, unschedulableFor, now)
		}
	}
	return s
}

// Room says how many more replicas of a workload fit on the nodes, each replica on
// one node, beside the pods that have a node. Pods that have none yet take of it
// first.
func (i *Inventory) Room(w Workload) int64 { return i.fleet.room(w, i.taken(w)) }
