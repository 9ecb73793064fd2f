package capacity_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/scheduling/capacity"
)

// heap is how much is in use.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// BenchmarkSize measures what is kept of each node, and of each of ten pods on it:
// such as are alike, and such as are not, as those of StatefulSets.
func BenchmarkSize(b *testing.B) {
	const nodes, each = 5000, 10
	for name, label := range map[string]func(n, p int) string{
		"alike":  func(_, p int) string { return fmt.Sprint("app-", p) },
		"unlike": func(n, p int) string { return fmt.Sprint("app-", n, "-", p) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				empty, i := heap(), &capacity.Inventory{}
				for n := range nodes {
					i.SetNode(node(nodeName(n), in(fmt.Sprint("eu-", n%3))))
				}
				alone := heap()
				for p := range nodes * each {
					one := pod("", running(corev1.ConditionTrue), on(nodeName(p/each)), requesting("cpu", "100m"), labelled("app", label(p/each, p%each)))
					one.UID = types.UID(strings.Clone(fmt.Sprintf("%08d-0000-4000-8000-%012d", p, p)))
					i.SetPod(one)
				}
				b.ReportMetric((alone-empty)/nodes, "B/node")
				b.ReportMetric((heap()-alone)/(nodes*each), "B/pod")
				runtime.KeepAlive(i)
			}
		})
	}
}

func nodeName(n int) string { return fmt.Sprintf("node-%05d.eu.example.com", n) }
