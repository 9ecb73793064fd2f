package clusterset_test

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/dns/clusterset"
)

// Two clusters export a service, and call its port differently.
func ExampleMerge() {
	made := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	service := func(port string) *corev1.Service {
		return &corev1.Service{Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{
			{Name: port, Port: 80, Protocol: corev1.ProtocolTCP}, {Name: "admin", Port: 8080, Protocol: corev1.ProtocolTCP},
		}}}
	}
	merged, verdicts := clusterset.Merge([]clusterset.Export{
		{Cluster: "berlin", Created: made.Add(time.Hour), Service: service("web")},
		{Cluster: "paris", Created: made, Service: service("http")},
		{Cluster: "rome", Created: made},
	})
	fmt.Println(merged.Spec.Type, "of", merged.Clusters)
	for _, p := range merged.Spec.Ports {
		fmt.Printf("  %s %d/%s\n", p.Name, p.Port, p.Protocol)
	}
	for _, v := range verdicts {
		for _, c := range []struct{ kind, status, reason, message string }{
			{v.Valid.Type, v.Valid.Status, v.Valid.Reason, v.Valid.Message},
			{v.Conflict.Type, v.Conflict.Status, v.Conflict.Reason, v.Conflict.Message},
		} {
			fmt.Printf("%s: %s=%s %s: %s\n", v.Cluster, c.kind, c.status, c.reason, c.message)
		}
	}
	// Output:
	// ClusterSetIP of [berlin paris]
	//   http 80/TCP
	//   admin 8080/TCP
	// berlin: Valid=True Valid: the service can be exported
	// berlin: Conflict=True PortConflict: port "http" is 80/TCP as in paris, whose export is older; 1 of 2 say otherwise: berlin
	// paris: Valid=True Valid: the service can be exported
	// paris: Conflict=True PortConflict: port "http" is 80/TCP as in paris, whose export is older; 1 of 2 say otherwise: berlin
	// rome: Valid=False NoService: there is no Service with the name of the export
	// rome: Conflict=False NoConflicts: it does not count while it is not valid
}
