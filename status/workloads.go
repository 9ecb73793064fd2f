package status

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// unseen is what is said of an object that no controller has looked at.
const unseen = "no controller has looked at it yet"

// isUnseen tells so, of kinds whose controllers always name the generation that
// they speak of.
func isUnseen(object *unstructured.Unstructured) bool {
	return count(object, "status", "observedGeneration") == 0
}

// deployment is Suspended while it is paused: nothing that changes in it reaches
// its pods.
func deployment(object *unstructured.Unstructured) (Health, string) {
	health, message := replicated(object, wanted(object))
	c, found := conditionOf(object, "Progressing")
	switch {
	case found && c.Reason == "ProgressDeadlineExceeded":
		return Degraded, sentence(c.because(), message)
	case isSet(object, "spec", "paused") && !isUnseen(object):
		return Suspended, sentence("it is paused", message)
	}
	return health, message
}

// statefulSet needs as many updated replicas as its update strategy asks for.
func statefulSet(object *unstructured.Unstructured) (Health, string) {
	updated := wanted(object) - count(object, "spec", "updateStrategy", "rollingUpdate", "partition")
	if text(object, "spec", "updateStrategy", "type") == "OnDelete" {
		updated = 0
	}
	return replicated(object, updated)
}

func replicaSet(object *unstructured.Unstructured) (Health, string) {
	return replicated(object, 0) // it has one version only
}

// replicated judges what has replicas, and of how many the newest version is to
// be. What kstatus finds wrong is said in numbers where it can be.
func replicated(object *unstructured.Unstructured, updated int64) (Health, string) {
	if isUnseen(object) {
		return Progressing, unseen
	}
	health, message := kstatus(object)
	lacks := lacking(
		step{count(object, "status", "updatedReplicas"), updated, "replicas are updated"},
		step{available(object), wanted(object), "replicas are available"},
		step{count(object, "status", "readyReplicas"), wanted(object), "replicas are ready"},
	)
	switch there := count(object, "status", "replicas"); {
	case lacks != "":
		message = lacks
	case there > wanted(object):
		message = fmt.Sprintf("%d replicas are there, and %d are wanted", there, wanted(object))
	case health == Healthy:
		return Healthy, ""
	}
	if c, fails := isTrue(object, "ReplicaFailure"); fails {
		message = sentence(message, c.because())
	}
	return Progressing, message
}

// wanted is how many replicas the spec asks for.
func wanted(object *unstructured.Unstructured) int64 { return countOr(object, 1, "spec", "replicas") }

// available is how many replicas are.
func available(object *unstructured.Unstructured) int64 {
	return count(object, "status", "availableReplicas")
}

// daemonSet needs no updated pods when people are to delete the old ones.
func daemonSet(object *unstructured.Unstructured) (Health, string) {
	if isUnseen(object) {
		return Progressing, unseen
	}
	desired := count(object, "status", "desiredNumberScheduled")
	updated := desired
	if text(object, "spec", "updateStrategy", "type") == "OnDelete" {
		updated = 0
	}
	lacks := lacking(
		step{count(object, "status", "currentNumberScheduled"), desired, "pods are there"},
		step{count(object, "status", "updatedNumberScheduled"), updated, "pods are updated"},
		step{count(object, "status", "numberAvailable"), desired, "pods are available"},
		step{count(object, "status", "numberReady"), desired, "pods are ready"},
	)
	if lacks != "" {
		return Progressing, lacks
	}
	return Healthy, ""
}

// step is a number on the way to another.
type step struct {
	n, of int64
	words string
}

// lacking says what the first step lacks that is not there yet.
func lacking(steps ...step) string {
	for _, s := range steps {
		if s.n < s.of {
			return fmt.Sprintf("%d of %d %s", s.n, s.of, s.words)
		}
	}
	return ""
}

// sentence joins what there is to say.
func sentence(parts ...string) string {
	var said []string
	for _, part := range parts {
		if part != "" {
			said = append(said, part)
		}
	}
	return strings.Join(said, "; ")
}
