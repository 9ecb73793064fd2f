package plane

import (
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/federated"
	"github.com/fedrail/fedrail/propagation/push"
)

// What follows says what the KubeFedConfig means here. Its controllerDuration
// has no effect: a member that comes or goes is looked at at once, and a member
// whose objects cannot be listed makes nobody else wait.

func (p *Plane) enabled(feature corev1beta1.FeatureGate) bool {
	return p.Config.Spec.FeatureEnabled(feature)
}

// health is how members are probed.
func (p *Plane) health() federation.Health {
	check := p.Config.Spec.ClusterHealthCheck
	return federation.Health{
		Period:           check.Period.Duration,
		FailureThreshold: int(*check.FailureThreshold),
		SuccessThreshold: int(*check.SuccessThreshold),
		Timeout:          check.Timeout.Duration,
	}
}

// loop is how many objects of a type are worked on at a time. KubeFed's default
// of one asks for ours, a larger number for at least so many.
func (p *Plane) loop() propagation.Options {
	const planners, writers, reporters = 8, 32, 8
	objects := int(*p.Config.Spec.SyncController.MaxConcurrentReconciles)
	reports := int(*p.Config.Spec.StatusController.MaxConcurrentReconciles)
	return propagation.Options{
		Planners:  max(planners, objects),
		Writers:   max(writers, objects),
		Reporters: max(reporters, reports),
		Pace:      p.metrics.pace,
		Metrics:   p.metrics.queues,
		Telemetry: propagation.Telemetries(p.metrics.steps, p.Telemetry),

		LetGoAfter: p.LetGoAfter,
		LossGuard:  p.LossGuard,
	}
}

func (p *Plane) adoption() push.Adoption {
	if *p.Config.Spec.SyncController.AdoptResources == corev1beta1.Disabled {
		return push.Refuse
	}
	return push.Adopt
}

// collection is that of a type; the feature must be on as well, except for what
// FederatedServiceStatuses are made of.
func (p *Plane) collection(config *corev1beta1.FederatedTypeConfig) push.Collection {
	raw := p.enabled(corev1beta1.RawResourceStatusCollection) && config.Spec.StatusCollection == corev1beta1.Enabled
	if raw || federated.CollectsServices(config) {
		return push.Status
	}
	return push.NoStatus
}
