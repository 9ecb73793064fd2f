package plane

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/client-go/util/workqueue"
)

// queueMetrics are those of the queues, under the names that Kubernetes'
// components have for them; the queues of the members of a type are in one. It is a prometheus.Collector as well.
type queueMetrics struct {
	depth, unfinished, longest *prometheus.GaugeVec
	adds, retries              *prometheus.CounterVec
	latency, duration          *prometheus.HistogramVec
}

var _ workqueue.MetricsProvider = (*queueMetrics)(nil)

func newQueueMetrics() *queueMetrics {
	gauge := func(name, help string) *prometheus.GaugeVec { return gauge(name, help, "name") }
	counter := func(name, help string) *prometheus.CounterVec { return counter(name, help, "name") }
	histogram := func(name, help string) *prometheus.HistogramVec {
		buckets := prometheus.ExponentialBuckets(0.0001, 4, 10) // 0.1 ms to 26 s
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, []string{"name"})
	}
	return &queueMetrics{
		depth:      gauge("workqueue_depth", "Keys that wait."),
		unfinished: gauge("workqueue_unfinished_work_seconds", "Seconds spent so far on keys that are in work, added up."),
		longest:    gauge("workqueue_longest_running_processor_seconds", "Seconds spent so far on the key that is in work for longest."),
		adds:       counter("workqueue_adds_total", "Keys that were added."),
		retries:    counter("workqueue_retries_total", "Keys that were added to be tried again."),
		latency:    histogram("workqueue_queue_duration_seconds", "Seconds that keys waited."),
		duration:   histogram("workqueue_work_duration_seconds", "Seconds that keys were in work."),
	}
}

func (m *queueMetrics) collectors() several {
	return several{m.depth, m.unfinished, m.longest, m.adds, m.retries, m.latency, m.duration}
}

// Describe implements prometheus.Collector.
func (m *queueMetrics) Describe(descs chan<- *prometheus.Desc) { m.collectors().Describe(descs) }

// Collect implements prometheus.Collector.
func (m *queueMetrics) Collect(values chan<- prometheus.Metric) { m.collectors().Collect(values) }

// inAll is the name for the queues of all members of a type: "configmaps/lane"
// for "configmaps/lane/berlin". Ten series for each member and type would be too
// many, and would have to go with the member.
func inAll(name string) string {
	kind, _, isLane := strings.Cut(name, "/lane/")
	if isLane {
		return kind + "/lane"
	}
	return name
}

// apart is a gauge that many queues would set to different values: they do not.
type apart struct{}

// Set implements workqueue.SettableGaugeMetric.
func (apart) Set(float64) {}

func settable(of *prometheus.GaugeVec, name string) workqueue.SettableGaugeMetric {
	if inAll(name) != name {
		return apart{}
	}
	return of.WithLabelValues(name)
}

// The rest implements workqueue.MetricsProvider.

func (m *queueMetrics) NewDepthMetric(name string) workqueue.GaugeMetric {
	return m.depth.WithLabelValues(inAll(name))
}

func (m *queueMetrics) NewAddsMetric(name string) workqueue.CounterMetric {
	return m.adds.WithLabelValues(inAll(name))
}

func (m *queueMetrics) NewLatencyMetric(name string) workqueue.HistogramMetric {
	return m.latency.WithLabelValues(inAll(name))
}

func (m *queueMetrics) NewWorkDurationMetric(name string) workqueue.HistogramMetric {
	return m.duration.WithLabelValues(inAll(name))
}

func (m *queueMetrics) NewUnfinishedWorkSecondsMetric(name string) workqueue.SettableGaugeMetric {
	return settable(m.unfinished, name)
}

func (m *queueMetrics) NewLongestRunningProcessorSecondsMetric(name string) workqueue.SettableGaugeMetric {
	return settable(m.longest, name)
}

func (m *queueMetrics) NewRetriesMetric(name string) workqueue.CounterMetric {
	return m.retries.WithLabelValues(inAll(name))
}
