package status

import (
	"cmp"
	"math"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// number is the whole number at a path, if there is one.
func number(object *unstructured.Unstructured, path ...string) (int64, bool) {
	value, found, err := unstructured.NestedFieldNoCopy(object.Object, path...)
	if !found || err != nil {
		return 0, false
	}
	return whole(value)
}

// whole takes the numbers that decoders of JSON and YAML make.
func whole(value any) (int64, bool) {
	switch n := value.(type) {
	case int64:
		return n, true
	case int:
		return int64(n), true
	case int32:
		return int64(n), true
	case float64:
		return int64(n), n == math.Trunc(n) && math.Abs(n) < 1<<53
	}
	return 0, false
}

// count is the number at a path, or 0.
func count(object *unstructured.Unstructured, path ...string) int64 {
	n, _ := number(object, path...)
	return max(0, n)
}

// countOr is the number at a path, or what it is by default.
func countOr(object *unstructured.Unstructured, absent int64, path ...string) int64 {
	if n, found := number(object, path...); found {
		return max(0, n)
	}
	return absent
}

func text(object *unstructured.Unstructured, path ...string) string {
	s, _, _ := unstructured.NestedString(object.Object, path...)
	return s
}

// isSet tells whether a path is true.
func isSet(object *unstructured.Unstructured, path ...string) bool {
	set, _, _ := unstructured.NestedBool(object.Object, path...)
	return set
}

// list is the list of objects at a path; what is no object is left out.
func list(object *unstructured.Unstructured, path ...string) []map[string]any {
	value, _, _ := unstructured.NestedFieldNoCopy(object.Object, path...)
	items, _ := value.([]any)
	all := make([]map[string]any, 0, len(items))
	for _, item := range items {
		if item, ok := item.(map[string]any); ok {
			all = append(all, item)
		}
	}
	return all
}

// conditionOf finds a condition of the object's status.
func conditionOf(object *unstructured.Unstructured, kind string) (Condition, bool) {
	for _, c := range list(object, "status", "conditions") {
		if c["type"] == kind {
			value, _ := c["status"].(string)
			reason, _ := c["reason"].(string)
			message, _ := c["message"].(string)
			return Condition{Type: kind, Status: value, Reason: reason, Message: message}, true
		}
	}
	return Condition{}, false
}

// isTrue finds a condition that is True.
func isTrue(object *unstructured.Unstructured, kind string) (Condition, bool) {
	c, found := conditionOf(object, kind)
	return c, found && c.Status == "True"
}

// isFalse finds a condition that is False.
func isFalse(object *unstructured.Unstructured, kind string) (Condition, bool) {
	c, found := conditionOf(object, kind)
	return c, found && c.Status == "False"
}

// because is what a condition says for people.
func (c Condition) because() string {
	return cmp.Or(because(c.Reason, c.Message), c.Type+" is "+c.Status)
}

func because(reason, message string) string {
	switch {
	case message == "":
		return reason
	case reason == "":
		return message
	}
	return reason + ": " + message
}
