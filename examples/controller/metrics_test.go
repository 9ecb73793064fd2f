package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/propagation/budget"
)

// What /metrics says is what was done, request for request and field for field;
// and of a member that left it says nothing.
func TestMetricsSayWhatWasDone(t *testing.T) {
	w := newWorld(t, "m1", "m2")
	counted := w.passThrough(servers.Shared(t, "m1")[0])
	p := w.start(quick)
	for _, m := range []string{"m1", "m2"} { // what is under way when a member turns ready may be sent twice
		p.until(`kubefedcluster_total{cluster="`+m+`",state="ready"}`, 1)
		p.until(`fedrail_lane_state{cluster="`+m+`",state="open"}`, 1)
	}
	for _, name := range names(0, 5) {
		w.declareConfigMap(name)
	}
	p.until(`fedrail_change_duration_seconds_count{type="configmaps"}`, 5)
	for _, name := range names(0, 3) {
		w.drift(name)
	}
	p.until(`fedrail_drift_total{cluster="m1",type="configmaps"}`, 3)
	require.NoError(t, w.federated("federatedconfigmaps").Delete(t.Context(), "config-004", metav1.DeleteOptions{}))
	p.until(`fedrail_change_duration_seconds_count{type="configmaps"}`, 6)
	p.until(`fedrail_objects{type="configmaps"}`, 4)

	require.Eventually(t, func() bool { return maps.Equal(requestsOf(counted), p.requests("m1")) }, soon, 10*tick,
		"the member was sent %v, the metrics tell of %v", requestsOf(counted), p.requests("m1"))
	now := p.samples()
	for series, want := range map[string]float64{
		`fedrail_requests_total{cluster="m2",code="2xx",group="",resource="configmaps",subresource="",verb="patch"}`: 5,
		`dispatch_operation_duration_seconds_count{action="create"}`:                                                 12, // a namespace and five in each
		`dispatch_operation_duration_seconds_count{action="update"}`:                                                 3,
		`dispatch_operation_duration_seconds_count{action="delete"}`:                                                 2,
		`fedrail_attempts_total{result="Applied",type="configmaps"}`:                                                 13,
		`controller_runtime_max_concurrent_reconciles{controller="federatedconfigmap"}`:                              8,
		`controller_runtime_active_workers{controller="federatedconfigmap"}`:                                         0,
		`workqueue_depth{name="configmaps/lane"}`:                                                                    0,
		`fedrail_lane_depth{cluster="m1",type="configmaps"}`:                                                         0,
		`fedrail_lane_state{cluster="m1",state="open"}`:                                                              1,
		`fedrail_lane_state{cluster="m1",state="paused"}`:                                                            0,
	} {
		require.Equal(t, want, now[series], series)
	}
	require.GreaterOrEqual(t, now[`controller_runtime_reconcile_total{controller="federatedconfigmap",result="success"}`], 6.0)
	require.Positive(t, now[`cluster_health_status_duration_seconds_count`])
	for series := range now {
		require.NotContains(t, series, "config-0", "no label is the name of an object")
	}

	clusters := w.client.Resource(corev1beta1.KubeFedClusters()).Namespace(corev1beta1.DefaultNamespace)
	require.NoError(t, clusters.Delete(t.Context(), "m2", metav1.DeleteOptions{}))
	require.Eventually(t, func() bool { return !strings.Contains(fmt.Sprint(p.samples()), `cluster="m2"`) }, soon, tick)
	p.until("joined_cluster_total", 1)
}

// What stands badly is in the metrics while it does.
func TestMetricsSayHowThingsStand(t *testing.T) {
	w := newWorld(t, "m1", "m2")
	frozen := servers.Fresh(t, "m3")[0]
	w.join(frozen)
	p := w.start(quick)
	w.declare("federatedconfigmaps", "bad", map[string]any{"data": map[string]any{"name": "bad"}})
	_, err := w.federated("federatedconfigmaps").Patch(t.Context(), "bad", types.MergePatchType,
		[]byte(`{"spec":{"overrides":[{"clusterName":"m2","clusterOverrides":[{"op":"remove","path":"/data/nothing"}]}]}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	p.until(`fedrail_objects_troubled{state="ApplyOverridesFailed",type="configmaps"}`, 1)

	require.NoError(t, frozen.Pause())
	p.until(`kubefedcluster_total{cluster="m3",state="offline"}`, 1)
	p.until(`fedrail_lane_state{cluster="m3",state="paused"}`, 1)
	p.until(`fedrail_lane_state{cluster="m1",state="open"}`, 1)
	require.NoError(t, frozen.Continue())
	p.until(`kubefedcluster_total{cluster="m3",state="ready"}`, 1)
	p.until(`fedrail_lane_state{cluster="m3",state="open"}`, 1)

	_, err = w.federated("federatedconfigmaps").Patch(t.Context(), "bad", types.MergePatchType, []byte(`{"spec":{"overrides":null}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	p.until(`fedrail_objects_troubled{state="ApplyOverridesFailed",type="configmaps"}`, 0)
}

// passThrough has a member reached through what counts each request.
func (w *world) passThrough(member *controlplane.Server) *budget.Counter {
	w.t.Helper()
	to, err := url.Parse(member.URL())
	require.NoError(w.t, err)
	roots := x509.NewCertPool()
	require.True(w.t, roots.AppendCertsFromPEM(member.Config().CAData))
	counter := budget.New()
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.FlushInterval = -1 // watches
	proxy.Transport = counter.Wrap(member.Cluster())(&http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}})
	server := httptest.NewServer(proxy)
	w.t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	_, err = w.client.Resource(corev1beta1.KubeFedClusters()).Namespace(corev1beta1.DefaultNamespace).Patch(w.t.Context(), member.Cluster(),
		types.MergePatchType, []byte(`{"spec":{"apiEndpoint":"`+server.URL+`"}}`), metav1.PatchOptions{})
	require.NoError(w.t, err)
	return counter
}

// requestsOf are the requests to a member by verb and resource, those of probes
// left out.
func requestsOf(counter *budget.Counter) map[string]float64 {
	made := map[string]float64{}
	for r, n := range counter.Requests() {
		if r.Resource != "" && r.Resource != "nodes" {
			made[r.Verb+" "+r.Resource] += float64(n)
		}
	}
	return made
}

// drift has somebody else write a field of a copy in the first member, and waits
// until it is as it was.
func (w *world) drift(name string) {
	w.t.Helper()
	copies := w.members[0].CoreV1().ConfigMaps(w.namespace)
	_, err := copies.Patch(w.t.Context(), name, types.MergePatchType, []byte(`{"data":{"name":"somebody else's"}}`), metav1.PatchOptions{FieldManager: "somebody"})
	require.NoError(w.t, err)
	w.arrives(name)
}

// samples are the metrics of the process, by series.
func (p *process) samples() map[string]float64 {
	p.t.Helper()
	_, body := p.get("/metrics")
	all := map[string]float64{}
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndex(line, " ")
		value, err := strconv.ParseFloat(strings.TrimSpace(line[at:]), 64)
		require.NoError(p.t, err, line)
		all[line[:at]] = value
	}
	return all
}

// until waits until a series has a value; one that is absent has the value 0.
func (p *process) until(series string, want float64) {
	p.t.Helper()
	got := p.samples()[series]
	for late := time.Now().Add(soon); got != want; got = p.samples()[series] {
		require.True(p.t, time.Now().Before(late), "%s is %v, never %v", series, got, want)
		<-time.After(tick)
	}
}

// requests are the requests to a member by verb and resource, as the metrics tell.
func (p *process) requests(cluster string) map[string]float64 {
	p.t.Helper()
	labels := regexp.MustCompile(`^fedrail_requests_total\{cluster="` + cluster + `",.*resource="([^"]+)",.*verb="([^"]+)"\}$`)
	made := map[string]float64{}
	for series, n := range p.samples() {
		if found := labels.FindStringSubmatch(series); found != nil {
			made[found[2]+" "+found[1]] += n
		}
	}
	return made
}
