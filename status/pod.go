package status

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// pod judges by phase. A pod that no node has room for is Progressing however
// long it waits: how long is not for a pure function to tell, and there may be
// room at any time.
func pod(object *unstructured.Unstructured) (Health, string) {
	switch phase := text(object, "status", "phase"); phase {
	case "Succeeded":
		return Healthy, ""
	case "Failed":
		return Degraded, sentence("it failed", because(text(object, "status", "reason"), text(object, "status", "message")))
	case "Running", "Pending":
		return podUnderWay(object)
	case "":
		return Progressing, unseen
	default:
		return Unknown, sentence("its phase is "+phase, because(text(object, "status", "reason"), text(object, "status", "message")))
	}
}

func podUnderWay(object *unstructured.Unstructured) (Health, string) {
	if _, ready := isTrue(object, "Ready"); ready {
		if lag := behind(object, "Ready"); lag != "" {
			return Progressing, lag
		}
		return Healthy, ""
	}
	for _, path := range []string{"initContainerStatuses", "containerStatuses"} {
		if stuck := stuckContainer(list(object, "status", path)); stuck != "" {
			return Degraded, stuck
		}
	}
	if c, unplaced := isFalse(object, "PodScheduled"); unplaced {
		return Progressing, c.because()
	}
	containers := list(object, "status", "containerStatuses")
	return Progressing, fmt.Sprintf("%d of %d containers are ready", readyContainers(containers), len(list(object, "spec", "containers")))
}

// stuckContainer says which container waits for what does not come by itself.
func stuckContainer(containers []map[string]any) string {
	for _, c := range containers {
		waits, _, _ := unstructured.NestedStringMap(c, "state", "waiting")
		if waitsForPeople(waits["reason"]) {
			return fmt.Sprintf("container %v: %s", c["name"], because(waits["reason"], waits["message"]))
		}
	}
	return ""
}

func waitsForPeople(reason string) bool {
	return slices.Contains([]string{
		"CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName",
		"CreateContainerConfigError", "CreateContainerError", "RunContainerError",
	}, reason)
}

func readyContainers(containers []map[string]any) int {
	ready := 0
	for _, c := range containers {
		if c["ready"] == true {
			ready++
		}
	}
	return ready
}
