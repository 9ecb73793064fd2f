package plane

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation"
)

// stepMetrics tell what the loops do: of each look at a federated object under
// the names of controller-runtime, as KubeFed has them, and of each attempt in a
// member under ours. It is a propagation.Telemetry.
type stepMetrics struct {
	members *memberMetrics
	kinds   sync.Map // names of types to KubeFed's names of their controllers

	reconciles, failures, attempts *prometheus.CounterVec
	durations, changes             *prometheus.HistogramVec
	active, most                   *prometheus.GaugeVec

	drifts tally[drift]
	drift  *prometheus.Desc
}

// drift is where fields were set back.
type drift struct{ kind, cluster string }

var _ propagation.Telemetry = (*stepMetrics)(nil)

func newStepMetrics(members *memberMetrics) *stepMetrics {
	return &stepMetrics{
		members:    members,
		reconciles: counter("controller_runtime_reconcile_total", "Looks at federated objects, to decide where each should be.", "controller", "result"),
		failures:   counter("controller_runtime_reconcile_errors_total", "Looks that failed, because of the host.", "controller"),
		durations:  histogram("controller_runtime_reconcile_time_seconds", "Seconds that a look took.", "controller"),
		active:     gauge("controller_runtime_active_workers", "Looks that are under way.", "controller"),
		most:       gauge("controller_runtime_max_concurrent_reconciles", "Looks that may be under way at a time.", "controller"),
		attempts: counter("fedrail_attempts_total",
			"Attempts to make a member hold an object, or not hold it, by what was done, else by the state that the object is in.", "type", "result"),
		changes: histogram("fedrail_change_duration_seconds",
			"Seconds from when a change of a declaration was seen until every member was as it asks for.", "type"),
		drift: prometheus.NewDesc("fedrail_drift_total",
			"Fields that somebody else had taken, and that were set back.", []string{"type", "cluster"}, nil),
	}
}

// know has the looks at objects of a type in the metrics.
func (m *stepMetrics) know(config *corev1beta1.FederatedTypeConfig, planners int) {
	controller := strings.ToLower(config.Spec.FederatedType.Kind)
	m.kinds.Store(config.Name, controller)
	m.most.WithLabelValues(controller).Set(float64(planners))
}

func (m *stepMetrics) controller(kind string) string {
	known, _ := m.kinds.LoadOrStore(kind, kind)
	return known.(string)
}

// Begin implements propagation.Telemetry.
func (m *stepMetrics) Begin(ctx context.Context, s propagation.Step) (context.Context, propagation.Span) {
	if s.Work == propagation.Planning {
		m.active.WithLabelValues(m.controller(s.Loop)).Inc()
	}
	return ctx, step{metrics: m, Step: s, began: time.Now()}
}

// step is one that is under way.
type step struct {
	propagation.Step
	metrics *stepMetrics
	began   time.Time
}

// End implements propagation.Span.
func (s step) End(r propagation.Result) {
	switch s.Work {
	case propagation.Planning:
		s.metrics.looked(s, r.Err)
	case propagation.Carrying:
		s.metrics.tried(s, r)
	}
}

func (m *stepMetrics) looked(s step, err error) {
	controller, result := m.controller(s.Loop), "success"
	if err != nil {
		result = "error"
		m.failures.WithLabelValues(controller).Inc()
	}
	m.active.WithLabelValues(controller).Dec()
	m.reconciles.WithLabelValues(controller, result).Inc()
	m.durations.WithLabelValues(controller).Observe(time.Since(s.began).Seconds())
}

func (m *stepMetrics) tried(s step, r propagation.Result) {
	if result := cmp.Or(string(r.Action), string(r.State)); result != "" {
		m.attempts.WithLabelValues(s.Loop, result).Inc()
	}
	if r.Everywhere > 0 {
		m.changes.WithLabelValues(s.Loop).Observe(r.Everywhere.Seconds())
	}
	if r.Regained > 0 {
		m.drifts.add(drift{s.Loop, string(s.Cluster)}, r.Regained)
	}
}

func (m *stepMetrics) vectors() several {
	return several{m.reconciles, m.failures, m.attempts, m.durations, m.changes, m.active, m.most}
}

// Describe implements prometheus.Collector.
func (m *stepMetrics) Describe(descs chan<- *prometheus.Desc) {
	m.vectors().Describe(descs)
	descs <- m.drift
}

// Collect implements prometheus.Collector.
func (m *stepMetrics) Collect(values chan<- prometheus.Metric) {
	m.vectors().Collect(values)
	for d, n := range m.drifts.only(func(d drift) bool { return m.members.has(d.cluster) }) {
		values <- prometheus.MustNewConstMetric(m.drift, prometheus.CounterValue, n, d.kind, d.cluster)
	}
}
