package v1beta1

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/fedrail/fedrail/federation"
)

// Validate returns all that is wrong with a config that did not pass an API
// server, nil when nothing is. What has a default must be there, so call it on
// the result of [KubeFedConfig.WithDefaults].
func (c *KubeFedConfig) Validate() field.ErrorList {
	at := field.NewPath("spec")
	return slices.Concat(
		oneOf(at.Child("scope"), &c.Spec.Scope, federation.ClusterScoped, federation.NamespaceScoped),
		c.Spec.ControllerDuration.validate(at.Child("controllerDuration")),
		c.Spec.LeaderElect.validate(at.Child("leaderElect")),
		validateGates(at.Child("featureGates"), c.Spec.FeatureGates),
		c.Spec.ClusterHealthCheck.validate(at.Child("clusterHealthCheck")),
		c.Spec.SyncController.validate(at.Child("syncController")),
		c.Spec.StatusController.validate(at.Child("statusController")),
	)
}

func (d *DurationConfig) validate(at *field.Path) field.ErrorList {
	if d == nil {
		return missing(at)
	}
	return slices.Concat(
		longerThanZero(at.Child("availableDelay"), d.AvailableDelay),
		longerThanZero(at.Child("unavailableDelay"), d.UnavailableDelay),
		longerThanZero(at.Child("cacheSyncTimeout"), d.CacheSyncTimeout),
	)
}

func (l *LeaderElectConfig) validate(at *field.Path) field.ErrorList {
	if l == nil {
		return missing(at)
	}
	return slices.Concat(
		longerThanZero(at.Child("leaseDuration"), l.LeaseDuration),
		longerThanZero(at.Child("renewDeadline"), l.RenewDeadline),
		longerThanZero(at.Child("retryPeriod"), l.RetryPeriod),
		l.validateOrder(at),
		oneOf(at.Child("resourceLock"), l.ResourceLock, ConfigMapsLock, EndpointsLock, LeasesLock),
	)
}

func (l *LeaderElectConfig) validateOrder(at *field.Path) (errs field.ErrorList) {
	lease, renew, retry := l.LeaseDuration, l.RenewDeadline, l.RetryPeriod
	if lease != nil && renew != nil && lease.Duration <= renew.Duration {
		errs = append(errs, field.Invalid(at.Child("leaseDuration"), lease.Duration.String(), "must be greater than renewDeadline"))
	}
	if renew != nil && retry != nil && renew.Milliseconds()*10 <= retry.Milliseconds()*12 {
		errs = append(errs, field.Invalid(at.Child("renewDeadline"), renew.Duration.String(), "must be greater than 1.2 times retryPeriod"))
	}
	return errs
}

func validateGates(at *field.Path, gates []FeatureGatesConfig) (errs field.ErrorList) {
	var known []FeatureGate
	for _, g := range defaultGates() {
		known = append(known, g.Name)
	}
	for i, g := range gates {
		at := at.Key(string(g.Name)) // not the index: defaults are sorted in
		errs = append(errs, oneOf(at.Child("name"), &g.Name, known...)...)
		errs = append(errs, oneOf(at.Child("configuration"), &g.Configuration, Enabled, Disabled)...)
		if slices.ContainsFunc(gates[:i], func(before FeatureGatesConfig) bool { return before.Name == g.Name }) {
			errs = append(errs, field.Duplicate(at.Child("name"), g.Name))
		}
	}
	return errs
}

func (h *ClusterHealthCheckConfig) validate(at *field.Path) field.ErrorList {
	if h == nil {
		return missing(at)
	}
	return slices.Concat(
		longerThanZero(at.Child("period"), h.Period),
		moreThanZero(at.Child("failureThreshold"), h.FailureThreshold),
		moreThanZero(at.Child("successThreshold"), h.SuccessThreshold),
		longerThanZero(at.Child("timeout"), h.Timeout),
	)
}

func (s *SyncControllerConfig) validate(at *field.Path) field.ErrorList {
	if s == nil {
		return missing(at)
	}
	return slices.Concat(
		moreThanZero(at.Child("maxConcurrentReconciles"), s.MaxConcurrentReconciles),
		oneOf(at.Child("adoptResources"), s.AdoptResources, Enabled, Disabled),
	)
}

func (s *StatusControllerConfig) validate(at *field.Path) field.ErrorList {
	if s == nil {
		return missing(at)
	}
	return moreThanZero(at.Child("maxConcurrentReconciles"), s.MaxConcurrentReconciles)
}

func longerThanZero(at *field.Path, d *metav1.Duration) field.ErrorList {
	if d == nil {
		return missing(at)
	}
	if d.Duration <= 0 {
		return field.ErrorList{field.Invalid(at, d.Duration.String(), "must be greater than zero")}
	}
	return nil
}

func moreThanZero(at *field.Path, n *int64) field.ErrorList {
	if n == nil {
		return missing(at)
	}
	if *n <= 0 {
		return field.ErrorList{field.Invalid(at, *n, "must be greater than zero")}
	}
	return nil
}

func oneOf[T ~string](at *field.Path, value *T, allowed ...T) field.ErrorList {
	if value == nil || *value == "" {
		return missing(at)
	}
	if !slices.Contains(allowed, *value) {
		return field.ErrorList{field.NotSupported(at, *value, allowed)}
	}
	return nil
}

func missing(at *field.Path) field.ErrorList {
	return field.ErrorList{field.Required(at, "set it, or fill in the defaults first")}
}
