package federatedkind

import (
	"encoding/json"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/fedrail/fedrail/federation"
)

// The longest that a taint's key and value can be.
const (
	maxTaintKey   int64 = 317
	maxTaintValue int64 = 63
)

func tolerationsSchema() property {
	key := text("The key of the taint; empty, with the operator Exists, is every taint.")
	value := text("The value that the taint has.")
	key.MaxLength, value.MaxLength = new(maxTaintKey), new(maxTaintValue)
	operator := oneOf("Equal, the default, or Exists, which is for any value.", "", "Equal", "Exists")
	effect := oneOf("The effect of the taint; empty is any.", "", "NoSchedule", "PreferNoSchedule", "NoExecute")
	item := object("", properties{
		"key": key, "value": value, "operator": operator, "effect": effect,
		"tolerationSeconds": integer("How long a taint with the effect NoExecute is tolerated, from when it was added; for ever when it is absent."),
	})
	item.XValidations = apiextensionsv1.ValidationRules{
		{FieldPath: ".key", Message: "must be set unless the operator is Exists", Rule: "has(self.operator) && self.operator == 'Exists' || has(self.key) && self.key != ''"},
		{FieldPath: ".value", Message: "must be empty when the operator is Exists", Rule: "!has(self.operator) || self.operator != 'Exists' || !has(self.value) || self.value == ''"},
		{FieldPath: ".tolerationSeconds", Message: "must be absent unless the effect is NoExecute", Rule: "!has(self.tolerationSeconds) || has(self.effect) && self.effect == 'NoExecute'"},
	}
	all := list("Taints of clusters that the object tolerates, as a pod those of nodes.", item)
	all.MaxItems = new(int64(federation.MaxTaints))
	return all
}

// oneOf is a text with one of these values.
func oneOf(description string, values ...string) property {
	p := text(description)
	for _, value := range values {
		quoted, _ := json.Marshal(value) // of a string, which cannot fail
		p.Enum = append(p.Enum, apiextensionsv1.JSON{Raw: quoted})
	}
	return p
}
