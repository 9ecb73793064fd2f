package v1beta1

import (
	"cmp"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// WithDefaults returns a copy in which everything that was not said has its
// default; only the scope has none. Features that are not listed are added, and
// the list is sorted by name. What was said stays, right or wrong: see Validate.
func (c *KubeFedConfig) WithDefaults() *KubeFedConfig {
	out := c.DeepCopy()
	s := &out.Spec
	s.ControllerDuration = s.ControllerDuration.withDefaults()
	s.LeaderElect = s.LeaderElect.withDefaults()
	s.FeatureGates = gatesWithDefaults(s.FeatureGates)
	s.ClusterHealthCheck = s.ClusterHealthCheck.withDefaults()
	s.SyncController = s.SyncController.withDefaults()
	s.StatusController = s.StatusController.withDefaults()
	return out
}

func (d *DurationConfig) withDefaults() *DurationConfig {
	d = cmp.Or(d, &DurationConfig{})
	setDuration(&d.AvailableDelay, 20*time.Second)
	setDuration(&d.UnavailableDelay, 60*time.Second)
	setDuration(&d.CacheSyncTimeout, 5*time.Minute)
	return d
}

func (l *LeaderElectConfig) withDefaults() *LeaderElectConfig {
	l = cmp.Or(l, &LeaderElectConfig{})
	setDuration(&l.LeaseDuration, 15*time.Second)
	setDuration(&l.RenewDeadline, 10*time.Second)
	setDuration(&l.RetryPeriod, 5*time.Second)
	set(&l.ResourceLock, ConfigMapsLock)
	return l
}

func gatesWithDefaults(gates []FeatureGatesConfig) []FeatureGatesConfig {
	for _, known := range defaultGates() {
		if !slices.ContainsFunc(gates, func(g FeatureGatesConfig) bool { return g.Name == known.Name }) {
			gates = append(gates, known)
		}
	}
	slices.SortStableFunc(gates, func(a, b FeatureGatesConfig) int { return cmp.Compare(a.Name, b.Name) })
	return gates
}

func (h *ClusterHealthCheckConfig) withDefaults() *ClusterHealthCheckConfig {
	h = cmp.Or(h, &ClusterHealthCheckConfig{})
	setDuration(&h.Period, 10*time.Second)
	set(&h.FailureThreshold, 3)
	set(&h.SuccessThreshold, 1)
	setDuration(&h.Timeout, 3*time.Second)
	return h
}

func (s *SyncControllerConfig) withDefaults() *SyncControllerConfig {
	s = cmp.Or(s, &SyncControllerConfig{})
	set(&s.MaxConcurrentReconciles, 1)
	set(&s.AdoptResources, Enabled)
	return s
}

func (s *StatusControllerConfig) withDefaults() *StatusControllerConfig {
	s = cmp.Or(s, &StatusControllerConfig{})
	set(&s.MaxConcurrentReconciles, 1)
	return s
}

// set fills field with value unless it is filled already.
func set[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}

func setDuration(field **metav1.Duration, value time.Duration) {
	set(field, metav1.Duration{Duration: value})
}
