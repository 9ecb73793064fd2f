package plane

import (
	"fmt"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/status"
	"github.com/fedrail/fedrail/status/expression"
)

// judging is who judges the copies of a type, and how agents do; the zero judging is
// nobody.
type judging struct {
	here   status.Judge
	agents *v1alpha1.Judging
}

// judgeOf is how the copies of a type are judged. Where an expression is wrong they
// are carried all the same, and not known to work: the error, which each of them
// says too, names it.
func judgeOf(config *corev1beta1.FederatedTypeConfig) (judging, error) {
	by, kind := judgingOf(config), config.Spec.TargetType.Type().GroupKind()
	if by == nil {
		return judging{}, nil
	}
	judge, err := expression.Judge(kind, expression.Health(*by))
	if err == nil {
		return judging{judge, by}, nil
	}
	err = fmt.Errorf("spec.health: correct the expression, or take it away: %w", err)
	unknown := func(*unstructured.Unstructured) (status.Health, string) { return status.Unknown, err.Error() }
	return judging{
		here:   status.NewKinds(map[schema.GroupKind]status.Rule{kind: {Health: unknown}}),
		agents: &v1alpha1.Judging{Healthy: "false", Message: strconv.Quote(err.Error())},
	}, err
}

// judgingOf is how copies of a type are judged, for the agents; nil is not at all.
func judgingOf(config *corev1beta1.FederatedTypeConfig) *v1alpha1.Judging {
	h := config.Spec.Health
	if h.Collection != corev1beta1.Enabled {
		return nil
	}
	return &v1alpha1.Judging{Healthy: h.Healthy, Degraded: h.Degraded, Suspended: h.Suspended, Message: h.Message}
}
