package status

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// job is Progressing until it is done, for a Job is there to end.
func job(object *unstructured.Unstructured) (Health, string) {
	if _, done := isTrue(object, "Complete"); done {
		return Healthy, ""
	}
	soFar := jobProgress(object)
	for _, kind := range []string{"Failed", "FailureTarget"} {
		if c, failed := isTrue(object, kind); failed {
			return Degraded, sentence(c.because(), soFar)
		}
	}
	if isSet(object, "spec", "suspend") {
		return Suspended, sentence("it is suspended", soFar)
	}
	return Progressing, soFar
}

func jobProgress(object *unstructured.Unstructured) string {
	completions := countOr(object, countOr(object, 1, "spec", "parallelism"), "spec", "completions")
	return fmt.Sprintf("%d of %d completions succeeded; %d pods active, %d failed", count(object, "status", "succeeded"),
		completions, count(object, "status", "active"), count(object, "status", "failed"))
}

func cronJob(object *unstructured.Unstructured) (Health, string) {
	if isSet(object, "spec", "suspend") {
		return Suspended, fmt.Sprintf("it is suspended; %d jobs active", len(list(object, "status", "active")))
	}
	return Healthy, ""
}
