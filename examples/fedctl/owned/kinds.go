// Package owned finds what objects in a cluster belong to another one: the ReplicaSets
// and Pods of a Deployment, and what their owner references lead to elsewhere.
package owned

import "k8s.io/apimachinery/pkg/runtime/schema"

// kind is a kind of objects that others own.
type kind struct {
	schema.GroupVersionResource
	name     string // of the kind
	selected bool   // a workload's selector chooses them
}

func pods() kind {
	return kind{schema.GroupVersionResource{Version: "v1", Resource: "pods"}, "Pod", true}
}

func replicaSets() kind {
	return kind{schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "replicasets"}, "ReplicaSet", true}
}

func jobs() kind {
	return kind{schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "jobs"}, "Job", false}
}

func endpointSlices() kind {
	return kind{schema.GroupVersionResource{Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"}, "EndpointSlice", false}
}

// workloads are the kinds that custom resources often make.
func workloads() []kind {
	apps := func(resource, name string) kind {
		return kind{schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: resource}, name, false}
	}
	services := kind{schema.GroupVersionResource{Version: "v1", Resource: "services"}, "Service", false}
	return []kind{apps("deployments", "Deployment"), apps("statefulsets", "StatefulSet"), apps("daemonsets", "DaemonSet"), services}
}

// below are the kinds of what an object of a kind may own, and what that owns in turn,
// from above. Kinds of Kubernetes that own nothing have none.
func below(of schema.GroupKind) []kind {
	switch of.Kind + "." + of.Group {
	case "Deployment.apps":
		return []kind{replicaSets(), pods()}
	case "ReplicaSet.apps", "StatefulSet.apps", "DaemonSet.apps", "Job.batch", "ReplicationController.":
		return []kind{pods()}
	case "CronJob.batch":
		return []kind{jobs(), pods()}
	case "Service.":
		return []kind{endpointSlices()}
	}
	if isKubernetesOwn(of.Group) {
		return nil
	}
	all := append(workloads(), replicaSets(), jobs(), pods())
	for i := range all {
		all[i].selected = false
	}
	return all
}

// isKubernetesOwn says whether a group is one of Kubernetes itself.
func isKubernetesOwn(group string) bool {
	switch group {
	case "", "apps", "batch", "autoscaling", "policy", "extensions":
		return true
	}
	return len(group) > len(".k8s.io") && group[len(group)-len(".k8s.io"):] == ".k8s.io"
}
