package plane

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/federated"
)

// metrics are those of one instance. No label is the name of an object, and what
// is told of a member goes when the member leaves.
type metrics struct {
	all      *prometheus.Registry
	queues   *queueMetrics
	members  *memberMetrics
	requests *requestMetrics
	steps    *stepMetrics
	survey   *surveyMetrics
	pace     *propagation.Pace
}

// newMetrics has all that the counter counts in the metrics.
func newMetrics(requests *budget.Counter) *metrics {
	members := newMemberMetrics()
	m := &metrics{all: prometheus.NewRegistry(), members: members, queues: newQueueMetrics(),
		requests: newRequestMetrics(members), steps: newStepMetrics(members), survey: newSurveyMetrics(),
		pace: propagation.NewPace(propagation.Bounds{})}
	requests.OnAnswer = m.requests.count
	m.all.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.queues, m.members, m.requests, m.steps, m.survey, newPaceMetrics(m.pace),
	)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.all, promhttp.HandlerOpts{})
}

// follow has the members of the registry, and the loops of the types, in the
// metrics from now on.
func (m *metrics) follow(registry federation.Registry, types *federated.Types) {
	m.members.registry.Store(&registry)
	m.survey.types.Store(types)
}

// several collects for many.
type several []prometheus.Collector

// Describe implements prometheus.Collector.
func (all several) Describe(descs chan<- *prometheus.Desc) {
	for _, c := range all {
		c.Describe(descs)
	}
}

// Collect implements prometheus.Collector.
func (all several) Collect(values chan<- prometheus.Metric) {
	for _, c := range all {
		c.Collect(values)
	}
}

// seconds are the bounds of what is measured in seconds: 1 ms to half an hour.
func seconds() []float64 {
	return []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800}
}

func histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: seconds()}, labels)
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
}
