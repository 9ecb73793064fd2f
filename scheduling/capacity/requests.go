package capacity

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// requestsOf is what a pod needs of its node, as a scheduler counts it: what its
// containers and sidecars need together, or what they need at the worst while it
// starts, and its overhead. What the pod says as a whole counts in place of that.
func requestsOf(spec *corev1.PodSpec) corev1.ResourceList {
	all := corev1.ResourceList{}
	for i := range spec.Containers {
		plus(all, asked(spec.Containers[i].Resources))
	}
	raise(all, starting(spec.InitContainers, all))
	if whole := spec.Resources; whole != nil {
		for name, limit := range whole.Limits {
			if _, known := all[name]; !known {
				all[name] = limit
			}
		}
		maps.Copy(all, whole.Requests)
	}
	plus(all, spec.Overhead)
	return all
}

// starting is what is needed at the worst while init containers run. Sidecars,
// which start among them and stay, are added to what is needed afterwards.
func starting(inits []corev1.Container, afterwards corev1.ResourceList) corev1.ResourceList {
	sidecars, worst := corev1.ResourceList{}, corev1.ResourceList{}
	for i := range inits {
		needs := asked(inits[i].Resources)
		if policy := inits[i].RestartPolicy; policy != nil && *policy == corev1.ContainerRestartPolicyAlways {
			plus(sidecars, needs)
			plus(afterwards, needs)
			raise(worst, sidecars)
			continue
		}
		plus(needs, sidecars)
		raise(worst, needs)
	}
	return worst
}

// asked is what a container requests. A limit stands in for a request that is
// missing, as it does in a pod.
func asked(r corev1.ResourceRequirements) corev1.ResourceList {
	all := corev1.ResourceList{}
	maps.Copy(all, r.Limits)
	maps.Copy(all, r.Requests)
	return all
}

func plus(all, more corev1.ResourceList) {
	for name, q := range more {
		sum := all[name].DeepCopy()
		sum.Add(q)
		all[name] = sum
	}
}

// raise makes each of all at least as large as in other.
func raise(all, other corev1.ResourceList) {
	for name, q := range other {
		if known, there := all[name]; !there || q.Cmp(known) > 0 {
			all[name] = q
		}
	}
}

// amountOf is a quantity in the unit that it is counted in: thousandths of a CPU,
// and whole ones of everything else.
func amountOf(name corev1.ResourceName, q resource.Quantity) int64 {
	if name == corev1.ResourceCPU {
		return q.MilliValue()
	}
	return q.Value()
}
