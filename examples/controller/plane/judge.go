package plane

import (
	"fmt"

	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/status"
	"github.com/fedrail/fedrail/status/expression"
)

// judgeOf is who judges the copies of a type; nil is nobody. The error names the
// expression that is wrong.
func judgeOf(config *corev1beta1.FederatedTypeConfig) (status.Judge, error) {
	by := judgingOf(config)
	if by == nil {
		return nil, nil
	}
	judge, err := expression.Judge(config.Spec.TargetType.Type().GroupKind(), expression.Health(*by))
	if err != nil {
		return nil, fmt.Errorf("spec.health: correct the expression, or take it away: %w", err)
	}
	return judge, nil
}

// judgingOf is how copies of a type are judged, for the agents; nil is not at all.
func judgingOf(config *corev1beta1.FederatedTypeConfig) *v1alpha1.Judging {
	h := config.Spec.Health
	if h.Collection != corev1beta1.Enabled {
		return nil
	}
	return &v1alpha1.Judging{Healthy: h.Healthy, Degraded: h.Degraded, Suspended: h.Suspended, Message: h.Message}
}
