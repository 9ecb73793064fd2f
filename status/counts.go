package status

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Numbers makes the Counts of a [Rule] from the paths of numbers in an object,
// such as "status.readyReplicas": each is named by the last part of its path,
// and 0 where it is not there. They have the order of the paths.
func Numbers(paths ...string) func(object *unstructured.Unstructured) []Count {
	type place struct {
		name string
		path []string
	}
	var places []place
	for _, path := range paths {
		parts := strings.Split(strings.TrimPrefix(path, "."), ".")
		places = append(places, place{parts[len(parts)-1], parts})
	}
	return func(object *unstructured.Unstructured) []Count {
		counts := make([]Count, 0, len(places))
		for _, p := range places {
			counts = append(counts, Count{p.name, count(object, p.path...)})
		}
		return counts
	}
}

func nothing(*unstructured.Unstructured) []Count { return nil }

// inStatus adds numbers of the status by their names there.
func inStatus(counts []Count, object *unstructured.Unstructured, names ...string) []Count {
	for _, name := range names {
		counts = append(counts, Count{name, count(object, "status", name)})
	}
	return counts
}

// replicas are those that are wanted, and how far they are.
func replicas(object *unstructured.Unstructured) []Count {
	counts := append(make([]Count, 0, 4), Count{"replicas", wanted(object)})
	return inStatus(counts, object, "updatedReplicas", "readyReplicas", "availableReplicas")
}

// replicaSetCounts have no updated ones, for a ReplicaSet has one version only.
func replicaSetCounts(object *unstructured.Unstructured) []Count {
	counts := append(make([]Count, 0, 3), Count{"replicas", wanted(object)})
	return inStatus(counts, object, "readyReplicas", "availableReplicas")
}

// replicasIfAny are those of kinds that speak of them as workloads do. Where
// nothing says how many are wanted, they are those that are there.
func replicasIfAny(object *unstructured.Unstructured) []Count {
	var counts []Count
	if n, found := number(object, "spec", "replicas"); found {
		counts = append(counts, Count{"replicas", max(0, n)})
	} else if n, found := number(object, "status", "replicas"); found {
		counts = append(counts, Count{"replicas", max(0, n)})
	}
	if n, found := number(object, "status", "readyReplicas"); found {
		counts = append(counts, Count{"readyReplicas", max(0, n)})
	}
	return counts
}

func daemonSetCounts(object *unstructured.Unstructured) []Count {
	return inStatus(make([]Count, 0, 5), object,
		"desiredNumberScheduled", "currentNumberScheduled", "updatedNumberScheduled", "numberReady", "numberAvailable")
}

func jobCounts(object *unstructured.Unstructured) []Count {
	counts := append(make([]Count, 0, 5), Count{"parallelism", countOr(object, 1, "spec", "parallelism")})
	return inStatus(counts, object, "active", "ready", "succeeded", "failed")
}

func cronJobCounts(object *unstructured.Unstructured) []Count {
	return []Count{{"active", int64(len(list(object, "status", "active")))}}
}

func addresses(object *unstructured.Unstructured) []Count {
	return []Count{{"addresses", int64(len(addressList(object)))}}
}

func volumeClaimCounts(object *unstructured.Unstructured) []Count {
	return []Count{{"bound", one(text(object, "status", "phase") == "Bound")}}
}

func disruptionBudgetCounts(object *unstructured.Unstructured) []Count {
	return inStatus(make([]Count, 0, 4), object, "expectedPods", "currentHealthy", "desiredHealthy", "disruptionsAllowed")
}

func autoscalerCounts(object *unstructured.Unstructured) []Count {
	counts := inStatus(make([]Count, 0, 4), object, "currentReplicas", "desiredReplicas")
	return append(counts, Count{"minReplicas", countOr(object, 1, "spec", "minReplicas")}, Count{"maxReplicas", count(object, "spec", "maxReplicas")})
}

func podCounts(object *unstructured.Unstructured) []Count {
	_, ready := isTrue(object, "Ready")
	var restarts int64
	for _, c := range list(object, "status", "containerStatuses") {
		n, _ := whole(c["restartCount"])
		restarts += max(0, n)
	}
	return []Count{{"ready", one(ready)}, {"restarts", restarts}}
}

// one is a fact as a number.
func one(fact bool) int64 {
	if fact {
		return 1
	}
	return 0
}
