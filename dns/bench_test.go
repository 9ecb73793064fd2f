package dns_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/federation"
)

// BenchmarkServices makes the records of 1,000 services in 20 clusters, of two zones
// each, in five regions.
func BenchmarkServices(b *testing.B) {
	const services, clusters = 1000, 20
	requests := make([]dns.Request, services)
	for s := range requests {
		requests[s] = service()
		requests[s].Name = "web" + strconv.Itoa(s)
		for c := range clusters {
			region := "region-" + strconv.Itoa(c%5)
			requests[s].Endpoints = append(requests[s].Endpoints, dns.Endpoint{
				Cluster: federation.ClusterName("cluster-" + strconv.Itoa(c)), Region: region, Ready: true,
				Zones:     []string{region + "-" + strconv.Itoa(c) + "a", region + "-" + strconv.Itoa(c) + "b"},
				Addresses: []string{fmt.Sprintf("192.0.%d.%d", s%256, c)},
			})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, req := range requests {
			if _, err := (dns.Levels{}).Build(b.Context(), req); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*services), "ns/service")
}
