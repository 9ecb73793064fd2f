package push

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/propagation"
)

// ParentOf is the UID of the declaring object whose copy an object in a member is. It
// is empty where the object is nobody's copy: it lacks our label, or our record.
func ParentOf(object metav1.Object) types.UID {
	if object.GetLabels()[propagation.ManagedLabel] != "true" {
		return ""
	}
	parent, _ := parseOrigin(object.GetAnnotations()[originAnnotation])
	return parent
}

// origin is the record that we leave on each copy: whose it is, and the hash of
// what was applied.
const originAnnotation = "fedrail.io/origin"

func originOf(parent types.UID, hash string) string { return string(parent) + "/" + hash }

func parseOrigin(annotation string) (parent types.UID, hash string) {
	for i := range len(annotation) {
		if annotation[i] == '/' {
			return types.UID(annotation[:i]), annotation[i+1:]
		}
	}
	return "", ""
}
