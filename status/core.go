package status

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// service waits for the address of a load balancer, if it is to have one.
func service(object *unstructured.Unstructured) (Health, string) {
	if text(object, "spec", "type") == "LoadBalancer" && len(addressList(object)) == 0 {
		return Progressing, "its load balancer has no address yet"
	}
	return Healthy, ""
}

func addressList(object *unstructured.Unstructured) []map[string]any {
	return list(object, "status", "loadBalancer", "ingress")
}

func volumeClaim(object *unstructured.Unstructured) (Health, string) {
	switch phase := text(object, "status", "phase"); phase {
	case "Bound":
		return Healthy, ""
	case "Lost":
		return Degraded, "its volume " + text(object, "spec", "volumeName") + " is lost"
	default:
		return Progressing, sentence("no volume is bound to it", phase)
	}
}

func namespace(object *unstructured.Unstructured) (Health, string) {
	switch phase := text(object, "status", "phase"); phase {
	case "Active":
		return Healthy, ""
	case "Terminating":
		return Terminating, "it is being deleted"
	default:
		return Progressing, sentence("it is not Active yet", phase)
	}
}

// disruptionBudget does its work when it permits nothing, too.
func disruptionBudget(object *unstructured.Unstructured) (Health, string) {
	if isUnseen(object) {
		return Progressing, unseen
	}
	if lag := behind(object, "DisruptionAllowed"); lag != "" {
		return Progressing, lag
	}
	if c, stuck := isFalse(object, "DisruptionAllowed"); stuck && c.Reason == "SyncFailed" {
		return Degraded, c.because()
	}
	return Healthy, ""
}

// autoscaler is Suspended when what it scales has been scaled to nothing by
// hand, for then it lets it be.
func autoscaler(object *unstructured.Unstructured) (Health, string) {
	if c, stuck := isFalse(object, "AbleToScale"); stuck {
		return Degraded, c.because()
	}
	c, found := conditionOf(object, "ScalingActive")
	switch {
	case !found:
		return Progressing, unseen
	case c.Reason == "ScalingDisabled":
		return Suspended, c.because()
	case c.Status != "True":
		return Degraded, c.because()
	}
	return Healthy, ""
}
