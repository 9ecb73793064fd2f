package plane

import (
	"slices"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/federated"
)

// surveyMetrics tell how things stand at the moment: objects, and the lanes of
// the members. It asks the loops when it is asked itself.
type surveyMetrics struct {
	types                            atomic.Pointer[federated.Types]
	objects, troubled, depth, states *prometheus.Desc
}

func newSurveyMetrics() *surveyMetrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &surveyMetrics{
		objects: desc("fedrail_objects", "Objects that are declared.", "type"),
		troubled: desc("fedrail_objects_troubled",
			"Objects that are in trouble, by the state that a cluster is reported in or the reason why they are not placed as asked.", "type", "state"),
		depth: desc("fedrail_lane_depth", "Objects that wait for their turn with the member.", "type", "cluster"),
		states: desc("fedrail_lane_state",
			"1 for the state that the work for the member is in, the worst over the types; 0 for the others.", "cluster", "state"),
	}
}

// Describe implements prometheus.Collector.
func (m *surveyMetrics) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.objects, m.troubled, m.depth, m.states} {
		descs <- d
	}
}

// Collect implements prometheus.Collector.
func (m *surveyMetrics) Collect(values chan<- prometheus.Metric) {
	types := m.types.Load()
	if types == nil {
		return
	}
	worst := map[federation.ClusterName]int{}
	for name, controller := range types.Controllers() {
		census := controller.Census()
		values <- value(m.objects, census.Objects, name)
		for state, n := range census.Troubled {
			values <- value(m.troubled, n, name, state)
		}
		for _, l := range controller.Lanes() {
			values <- value(m.depth, l.Waiting, name, string(l.Cluster))
			worst[l.Cluster] = max(worst[l.Cluster], slices.Index(propagation.LaneStates(), l.State))
		}
	}
	for cluster, is := range worst {
		for i, state := range propagation.LaneStates() {
			values <- prometheus.MustNewConstMetric(m.states, prometheus.GaugeValue, oneIf(i == is), string(cluster), string(state))
		}
	}
}

func value(of *prometheus.Desc, n int, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(of, prometheus.GaugeValue, float64(n), labels...)
}
