package expression

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/status"
)

// Judge makes a judge of objects of one kind, by expressions; the zero Health is
// by what [status.Kinds] knows of the kind. Errors are those of [Compile].
func Judge(kind schema.GroupKind, h Health) (status.Judge, error) {
	if h == (Health{}) {
		return status.Kinds{}, nil
	}
	rule, err := Compile(h)
	if err != nil {
		return nil, err
	}
	return status.NewKinds(map[schema.GroupKind]status.Rule{kind: rule}), nil
}
