package plane

import (
	"net/http"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
)

// metrics are those of one instance.
type metrics struct {
	all     *prometheus.Registry
	queues  *queueMetrics
	members *memberMetrics
	pace    *propagation.Pace
}

func newMetrics(requests *budget.Counter) *metrics {
	m := &metrics{all: prometheus.NewRegistry(), queues: newQueueMetrics(), members: newMemberMetrics(),
		pace: propagation.NewPace(propagation.Bounds{})}
	m.all.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.queues, m.members, newRequestMetrics(requests), newPaceMetrics(m.pace),
	)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.all, promhttp.HandlerOpts{})
}

// follow has the members of the registry in the metrics from now on.
func (m *metrics) follow(registry federation.Registry) { m.members.registry.Store(&registry) }

// requestMetrics tell how many requests were made.
type requestMetrics struct {
	requests *budget.Counter
	total    *prometheus.Desc
}

func newRequestMetrics(requests *budget.Counter) requestMetrics {
	return requestMetrics{requests: requests, total: prometheus.NewDesc("fedrail_requests_total",
		"Requests to the API servers of members and host, those that were tried again included.",
		[]string{"cluster", "verb", "group", "resource", "subresource"}, nil)}
}

// Describe implements prometheus.Collector.
func (m requestMetrics) Describe(descs chan<- *prometheus.Desc) { descs <- m.total }

// Collect implements prometheus.Collector.
func (m requestMetrics) Collect(values chan<- prometheus.Metric) {
	for r, n := range m.requests.Requests() {
		values <- prometheus.MustNewConstMetric(m.total, prometheus.CounterValue, float64(n),
			r.Cluster, r.Verb, r.Group, r.Resource, r.Subresource)
	}
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

// memberMetrics tell which members there are, under KubeFed's names. One that
// left is not in them any more.
type memberMetrics struct {
	registry      atomic.Pointer[federation.Registry]
	state, joined *prometheus.Desc
}

func newMemberMetrics() *memberMetrics {
	return &memberMetrics{
		state: prometheus.NewDesc("kubefedcluster_total",
			"1 for the state that the member is in, ready or notready, 0 for the other. A standby knows no members.",
			[]string{"state", "cluster"}, nil),
		joined: prometheus.NewDesc("joined_cluster_total", "How many members there are.", nil, nil),
	}
}

// Describe implements prometheus.Collector.
func (m *memberMetrics) Describe(descs chan<- *prometheus.Desc) { descs <- m.state; descs <- m.joined }

// Collect implements prometheus.Collector.
func (m *memberMetrics) Collect(values chan<- prometheus.Metric) {
	registry := m.registry.Load()
	if registry == nil {
		return
	}
	members := (*registry).Snapshot()
	values <- prometheus.MustNewConstMetric(m.joined, prometheus.GaugeValue, float64(members.Len()))
	for c := range members.All() {
		ready, unready := 0.0, 1.0
		if c.Ready {
			ready, unready = 1, 0
		}
		values <- prometheus.MustNewConstMetric(m.state, prometheus.GaugeValue, ready, "ready", string(c.Name))
		values <- prometheus.MustNewConstMetric(m.state, prometheus.GaugeValue, unready, "notready", string(c.Name))
	}
}
