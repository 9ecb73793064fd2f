package capacity

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"
)

// podStore takes the pods of a view over from a watch.
type podStore struct{ *view }

// nodeStore takes its nodes over.
type nodeStore struct{ *view }

var (
	_ cache.TransformingStore = podStore{}
	_ cache.TransformingStore = nodeStore{}
)

// note changes the inventory, and tells when that changed anything.
func (v *view) note(namespace string, change func(*Inventory) (changed bool)) error {
	v.mu.Lock()
	changed := change(&v.inventory)
	v.mu.Unlock()
	if changed {
		v.tell(namespace)
	}
	return nil
}

// Add implements [cache.ReflectorStore].
func (s podStore) Add(obj any) error { return s.Update(obj) }

// Update implements [cache.ReflectorStore].
func (s podStore) Update(obj any) error {
	pod := obj.(*corev1.Pod)
	return s.note(pod.Namespace, func(i *Inventory) bool { return i.SetPod(pod) })
}

// Delete implements [cache.ReflectorStore]. A pod that has finished arrives here
// too.
func (s podStore) Delete(obj any) error {
	pod := obj.(*corev1.Pod)
	return s.note(pod.Namespace, func(i *Inventory) bool { return i.DeletePod(pod.UID) })
}

// Replace implements [cache.ReflectorStore]: objs are all the pods there are.
func (s podStore) Replace(objs []any, _ string) error {
	s.mu.Lock()
	changed, there := map[string]bool{}, make(map[types.UID]bool, len(objs))
	for _, obj := range objs {
		pod := obj.(*corev1.Pod)
		there[pod.UID] = true
		if s.inventory.SetPod(pod) {
			changed[pod.Namespace] = true
		}
	}
	for uid, r := range s.inventory.pods {
		if !there[uid] {
			changed[r.kind.namespace] = true
			s.inventory.DeletePod(uid)
		}
	}
	s.mu.Unlock()
	if s.pods.HasListed() {
		return nil // which tells all
	}
	for namespace := range changed {
		s.tell(namespace)
	}
	return nil
}

// Resync implements [cache.ReflectorStore]; there is nothing to do.
func (s podStore) Resync() error { return nil }

// Transformer implements [cache.TransformingStore]: while all pods are read, little
// of each is held.
func (s podStore) Transformer() cache.TransformFunc {
	return func(obj any) (any, error) {
		if pod, ok := obj.(*corev1.Pod); ok {
			return slimPod(pod), nil
		}
		return obj, nil
	}
}

// slimPod is what is read of a pod.
func slimPod(pod *corev1.Pod) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID, ResourceVersion: pod.ResourceVersion,
			Labels: pod.Labels, DeletionTimestamp: pod.DeletionTimestamp,
		},
		Spec: corev1.PodSpec{
			NodeName: pod.Spec.NodeName, Overhead: pod.Spec.Overhead, Resources: pod.Spec.Resources,
			Containers: slimContainers(pod.Spec.Containers), InitContainers: slimContainers(pod.Spec.InitContainers),
		},
		Status: corev1.PodStatus{Phase: pod.Status.Phase, Conditions: pod.Status.Conditions},
	}
}

func slimContainers(all []corev1.Container) []corev1.Container {
	slim := make([]corev1.Container, len(all))
	for i := range all {
		slim[i] = corev1.Container{Resources: all[i].Resources, RestartPolicy: all[i].RestartPolicy}
	}
	return slim
}

// Add implements [cache.ReflectorStore].
func (s nodeStore) Add(obj any) error { return s.Update(obj) }

// Update implements [cache.ReflectorStore].
func (s nodeStore) Update(obj any) error {
	node := obj.(*corev1.Node)
	return s.note("", func(i *Inventory) bool { return i.SetNode(node) })
}

// Delete implements [cache.ReflectorStore].
func (s nodeStore) Delete(obj any) error {
	node := obj.(*corev1.Node)
	return s.note("", func(i *Inventory) bool { return i.DeleteNode(node.Name) })
}

// Replace implements [cache.ReflectorStore]: objs are all the nodes there are.
func (s nodeStore) Replace(objs []any, _ string) error {
	s.mu.Lock()
	there := make(map[string]bool, len(objs))
	for _, obj := range objs {
		node := obj.(*corev1.Node)
		there[node.Name] = true
		s.inventory.SetNode(node)
	}
	for name := range s.inventory.fleet.nodes {
		if !there[name] {
			s.inventory.DeleteNode(name)
		}
	}
	s.mu.Unlock()
	if !s.nodes.HasListed() {
		s.tell("")
	}
	return nil
}

// Resync implements [cache.ReflectorStore]; there is nothing to do.
func (s nodeStore) Resync() error { return nil }

// Transformer implements [cache.TransformingStore].
func (s nodeStore) Transformer() cache.TransformFunc {
	return func(obj any) (any, error) {
		if node, ok := obj.(*corev1.Node); ok {
			return slimNode(node), nil
		}
		return obj, nil
	}
}

// slimNode is what is read of a node.
func slimNode(node *corev1.Node) *corev1.Node {
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: node.Name, UID: node.UID, ResourceVersion: node.ResourceVersion, Labels: node.Labels},
		Spec:       corev1.NodeSpec{Taints: node.Spec.Taints, Unschedulable: node.Spec.Unschedulable},
		Status:     corev1.NodeStatus{Allocatable: node.Status.Allocatable, Conditions: node.Status.Conditions},
	}
}
