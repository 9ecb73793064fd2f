package status

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// byConditions judges kinds that nobody has a rule for, by what kstatus makes of
// the conditions Reconciling, Stalled and Ready, and where there is no Ready by
// Available. An object that has none of them is Healthy as soon as it is there.
func byConditions(object *unstructured.Unstructured) (Health, string) {
	if lag := behind(object, deciding(object)...); lag != "" {
		return Progressing, lag
	}
	health, message := kstatus(object)
	if c, found := conditionOf(object, "Available"); found && c.Status != "True" && health == Healthy {
		if _, says := conditionOf(object, "Ready"); !says {
			return Progressing, c.because()
		}
	}
	return health, message
}

// deciding are the conditions that an object is judged by, of those that it may
// have.
func deciding(object *unstructured.Unstructured) []string {
	kinds := []string{"Stalled", "Reconciling", "Ready"}
	if _, says := conditionOf(object, "Ready"); !says {
		kinds = append(kinds, "Available")
	}
	return kinds
}

// behind says which of these conditions speaks of another generation than the
// newest, if one says so: what it says then is no news.
func behind(object *unstructured.Unstructured, kinds ...string) string {
	for _, c := range list(object, "status", "conditions") {
		kind, _ := c["type"].(string)
		observed, says := whole(c["observedGeneration"])
		if says && observed != object.GetGeneration() && slices.Contains(kinds, kind) {
			return fmt.Sprintf("its condition %s speaks of generation %d, and the newest is %d", kind, observed, object.GetGeneration())
		}
	}
	return ""
}

// kstatus is what kstatus says of an object, in our words. It must not be asked
// about Pods: there it looks at the clock.
func kstatus(object *unstructured.Unstructured) (Health, string) {
	result, err := status.Compute(object)
	if err != nil {
		return Unknown, "its status cannot be read: " + err.Error()
	}
	message := result.Message
	if len(result.Conditions) > 0 {
		message = cmp.Or(because(result.Conditions[0].Reason, message), "its conditions do not say why")
	}
	switch result.Status {
	case status.CurrentStatus:
		return Healthy, ""
	case status.InProgressStatus:
		return Progressing, message
	case status.FailedStatus:
		return Degraded, message
	case status.TerminatingStatus:
		return Terminating, message
	}
	return Unknown, message
}
