package plane

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fedrail/fedrail/propagation/budget"
)

// requestMetrics tell how many requests were made and, under KubeFed's name, how
// long it took to write one object to a member.
type requestMetrics struct {
	members  *memberMetrics
	counts   tally[answered]
	total    *prometheus.Desc
	dispatch *prometheus.HistogramVec
}

// answered is a kind of request and what came of it.
type answered struct {
	budget.Request
	class string // of the answer's code: "2xx"; "none" when there was no answer
}

func newRequestMetrics(members *memberMetrics) *requestMetrics {
	return &requestMetrics{
		members: members,
		total: prometheus.NewDesc("fedrail_requests_total",
			"Requests to the API servers of members and host, those that were tried again included; probes of health are not.",
			[]string{"cluster", "verb", "group", "resource", "subresource", "code"}, nil),
		dispatch: histogram("dispatch_operation_duration_seconds", "Seconds until a member had done one write.", "action"),
	}
}

// count takes over an answer.
func (m *requestMetrics) count(a budget.Answer) {
	class := "none"
	if a.Code != 0 {
		class = fmt.Sprintf("%dxx", a.Code/100)
	}
	m.counts.add(answered{a.Request, class}, 1)
	if action := actionOf(a); action != "" {
		m.dispatch.WithLabelValues(action).Observe(a.Took.Seconds())
	}
}

// actionOf is KubeFed's word for a write that a member did; empty when it is none.
func actionOf(a budget.Answer) string {
	switch {
	case a.Request.Cluster == hostName, !a.Request.Write(), a.Code/100 != 2:
		return ""
	case a.Request.Verb == "delete":
		return "delete"
	case a.Code == http.StatusCreated:
		return "create"
	}
	return "update"
}

// Describe implements prometheus.Collector.
func (m *requestMetrics) Describe(descs chan<- *prometheus.Desc) {
	descs <- m.total
	m.dispatch.Describe(descs)
}

// Collect implements prometheus.Collector.
func (m *requestMetrics) Collect(values chan<- prometheus.Metric) {
	m.dispatch.Collect(values)
	present := func(a answered) bool { return a.Cluster == hostName || m.members.has(a.Cluster) }
	for a, n := range m.counts.only(present) {
		values <- prometheus.MustNewConstMetric(m.total, prometheus.CounterValue, n,
			a.Cluster, a.Verb, a.Group, a.Resource, a.Subresource, a.class)
	}
}
