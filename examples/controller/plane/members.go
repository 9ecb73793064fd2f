package plane

import (
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/propagation"
)

// memberMetrics tell which members there are and how their health is, under
// KubeFed's names. A standby knows no members.
type memberMetrics struct {
	registry      atomic.Pointer[federation.Registry]
	state, joined *prometheus.Desc
	probes        *prometheus.HistogramVec

	mu    sync.Mutex
	mutes map[federation.ClusterName]bool // gave no answer to the last probe
}

func newMemberMetrics() *memberMetrics {
	return &memberMetrics{
		state: prometheus.NewDesc("kubefedcluster_total",
			"1 for the state that the member is in: ready, notready, or offline when it does not answer; 0 for the others.",
			[]string{"state", "cluster"}, nil),
		joined: prometheus.NewDesc("joined_cluster_total", "How many members there are.", nil, nil),
		probes: histogram("cluster_health_status_duration_seconds", "Seconds that a probe of a member took."),
		mutes:  map[federation.ClusterName]bool{},
	}
}

// noteProbe takes over what a probe found.
func (m *memberMetrics) noteProbe(p kubefed.Probe) {
	m.probes.WithLabelValues().Observe(p.Took.Seconds())
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mutes[p.Cluster] = !p.Reachable
}

// has says whether there is such a member now.
func (m *memberMetrics) has(name string) bool {
	_, member := m.snapshot().Get(federation.ClusterName(name))
	return member
}

// snapshot is the members; none before there is a registry.
func (m *memberMetrics) snapshot() federation.ClusterSet {
	if registry := m.registry.Load(); registry != nil {
		return (*registry).Snapshot()
	}
	return federation.ClusterSet{}
}

// Describe implements prometheus.Collector.
func (m *memberMetrics) Describe(descs chan<- *prometheus.Desc) {
	descs <- m.state
	descs <- m.joined
	m.probes.Describe(descs)
}

// Collect implements prometheus.Collector.
func (m *memberMetrics) Collect(values chan<- prometheus.Metric) {
	if m.registry.Load() == nil {
		return
	}
	m.probes.Collect(values)
	members := m.snapshot()
	values <- prometheus.MustNewConstMetric(m.joined, prometheus.GaugeValue, float64(members.Len()))
	for c := range members.All() {
		is := m.stateOf(c)
		for _, state := range []string{"ready", "notready", "offline"} {
			values <- prometheus.MustNewConstMetric(m.state, prometheus.GaugeValue, oneIf(state == is), state, string(c.Name))
		}
	}
}

func (m *memberMetrics) stateOf(c federation.Cluster) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case c.Ready:
		return "ready"
	case m.mutes[c.Name]:
		return "offline"
	}
	return "notready"
}

func oneIf(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}

// paceMetrics tell how much each member can take.
type paceMetrics struct {
	pace  *propagation.Pace
	limit *prometheus.Desc
}

func newPaceMetrics(pace *propagation.Pace) paceMetrics {
	return paceMetrics{pace: pace, limit: prometheus.NewDesc("fedrail_member_writes_limit",
		"How many objects may be written to the member at a time now, learned from how it answers.", []string{"cluster"}, nil)}
}

// Describe implements prometheus.Collector.
func (m paceMetrics) Describe(descs chan<- *prometheus.Desc) { descs <- m.limit }

// Collect implements prometheus.Collector.
func (m paceMetrics) Collect(values chan<- prometheus.Metric) {
	for name, limit := range m.pace.Limits() {
		values <- prometheus.MustNewConstMetric(m.limit, prometheus.GaugeValue, float64(limit), string(name))
	}
}
