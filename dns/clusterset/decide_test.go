package clusterset

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// clusters are the clusters of these names.
type clusters = []federation.ClusterName

// exporter is a member that exports the service since so many minutes, with an
// endpoint, and that imports as well.
func exporter(cluster federation.ClusterName, age int, ip string) sighting {
	m := importer(cluster)
	m.export = &v1beta1.ServiceExport{ObjectMeta: metav1.ObjectMeta{CreationTimestamp: metav1.NewTime(noon.Add(-time.Duration(age) * time.Minute))}}
	m.service = &corev1.Service{Spec: corev1.ServiceSpec{
		ClusterIP: "10.0.0.1", IPFamilies: []corev1.IPFamily{"IPv4"},
		Ports: []corev1.ServicePort{{Name: "http", Port: 80, Protocol: "TCP"}},
	}}
	m.slices = []*discoveryv1.EndpointSlice{slice("web-x", ip)}
	return m
}

func importer(cluster federation.ClusterName) sighting {
	return sighting{cluster: cluster, known: true, imports: true}
}

func slice(name, ip string) *discoveryv1.EndpointSlice {
	port, number, ready, node, zone, tcp := "http", int32(8080), true, "node-1", "eu-a", corev1.ProtocolTCP
	return &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{Name: name}, AddressType: discoveryv1.AddressTypeIPv4,
		Ports: []discoveryv1.EndpointPort{{Name: &port, Port: &number, Protocol: &tcp}},
		Endpoints: []discoveryv1.Endpoint{{
			Addresses: []string{ip}, NodeName: &node, Zone: &zone, Conditions: discoveryv1.EndpointConditions{Ready: &ready},
			TargetRef: &corev1.ObjectReference{Kind: "Pod", Name: "web-0"}, Hints: &discoveryv1.EndpointHints{ForZones: []discoveryv1.ForZone{{Name: zone}}},
		}},
	}
}

// away is a member that does not answer, and counts as gone in so long.
func away(m sighting, left time.Duration) sighting {
	m.until = noon.Add(left)
	return m
}

// unseen is a member of which this process knows nothing.
func unseen(cluster federation.ClusterName, left time.Duration) sighting {
	return away(sighting{cluster: cluster}, left)
}

// holding is a member that has the import of a process before this one.
func holding(m sighting, clusters ...string) sighting {
	m.held = &v1beta1.ServiceImport{Spec: v1beta1.ServiceImportSpec{
		Type: v1beta1.ClusterSetIP, Ports: []v1beta1.ServicePort{{Name: "http", Port: 80, Protocol: "TCP"}, {Name: "admin", Port: 81, Protocol: "TCP"}},
	}}
	for _, name := range clusters {
		m.held.Status.Clusters = append(m.held.Status.Clusters, v1beta1.ClusterStatus{Cluster: name})
	}
	return m
}

// addressed is a member that has given the derived Service addresses.
func addressed(m sighting, ips ...string) sighting {
	m.derived = &corev1.Service{Spec: corev1.ServiceSpec{ClusterIPs: ips}}
	return m
}

func decide(t *testing.T, members ...sighting) decision {
	t.Helper()
	return decideOn(t, scene{members: members})
}

func decideOn(t *testing.T, s scene) decision {
	t.Helper()
	s.federation, s.key = "test", propagation.Key{Namespace: "shop", Name: "web"}
	d, err := s.decide(noon)
	require.NoError(t, err)
	return d
}

func TestAServiceThatIsExportedIsImportedWhereItsNamespaceIs(t *testing.T) {
	d := decide(t, importer("berlin"), sighting{cluster: "boston", known: true}, exporter("paris", 5, "10.1.0.1"))
	require.Equal(t, clusters{"berlin", "paris"}, d.imported.clusters)
	require.Equal(t, map[string]any{
		"apiVersion": "multicluster.x-k8s.io/v1beta1", "kind": "ServiceImport",
		"metadata": map[string]any{"labels": map[string]any{"fedrail.io/clusterset": "test"}},
		"spec": map[string]any{
			"type": "ClusterSetIP", "sessionAffinity": "None", "internalTrafficPolicy": "Cluster", "ipFamilies": []any{"IPv4"},
			"ports": []any{map[string]any{"name": "http", "port": int64(80), "protocol": "TCP"}},
		},
	}, d.imported.template.Object)

	require.Equal(t, clusters{"berlin", "paris"}, d.service.clusters)
	require.Equal(t, map[string]any{
		"apiVersion": "v1", "kind": "Service",
		"metadata": map[string]any{"labels": map[string]any{"fedrail.io/clusterset": "test", "multicluster.kubernetes.io/service-name": "web"}},
		"spec": map[string]any{
			"type": "ClusterIP", "sessionAffinity": "None", "internalTrafficPolicy": "Cluster", "ipFamilyPolicy": "PreferDualStack",
			"ports": []any{map[string]any{"name": "http", "port": int64(80), "protocol": "TCP"}},
		},
	}, d.service.template.Object)

	imported := d.slices[SliceName("paris", "web-x")]
	require.Equal(t, clusters{"berlin", "paris"}, imported.clusters)
	require.Equal(t, map[string]any{
		"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
		"metadata": map[string]any{"labels": map[string]any{
			"fedrail.io/clusterset": "test", "endpointslice.kubernetes.io/managed-by": "clusterset.fedrail.io",
			"multicluster.kubernetes.io/service-name": "web", "multicluster.kubernetes.io/source-cluster": "paris",
			"kubernetes.io/service-name": DerivedName("web"),
		}},
		"endpoints": []any{map[string]any{"addresses": []any{"10.1.0.1"}, "conditions": map[string]any{"ready": true}, "zone": "eu-a"}},
		"ports":     []any{map[string]any{"name": "http", "port": int64(8080), "protocol": "TCP"}},
	}, imported.template.Object, "nothing is said of nodes, pods and hints")
}

func TestAServiceWithoutAnAddressIsImportedWithoutOne(t *testing.T) {
	paris := exporter("paris", 5, "10.1.0.1")
	paris.service.Spec.ClusterIP, paris.service.Spec.Ports = corev1.ClusterIPNone, nil
	paris.slices[0].Ports = nil
	d := decide(t, paris)
	require.Nil(t, d.service)
	require.Empty(t, d.imported.rules)
	require.Equal(t, map[string]any{"type": "Headless", "ipFamilies": []any{"IPv4"}, "ports": []any{}}, d.imported.template.Object["spec"])
	imported := d.slices[SliceName("paris", "web-x")].template
	require.NotContains(t, imported.GetLabels(), "kubernetes.io/service-name")
	require.Equal(t, []any{}, imported.Object["ports"])
}

func TestAnImportHasTheAddressesOfTheDerivedService(t *testing.T) {
	d := decide(t, addressed(importer("berlin"), "10.0.0.7", "fd00::7"), importer("madrid"), addressed(exporter("paris", 5, "10.1.0.1"), "fd00::8"))
	require.Equal(t, []overrides.Rule{{Cluster: "berlin", Patches: []overrides.Patch{
		{Op: "add", Path: "/spec/ips", Value: []any{"10.0.0.7"}},
		{Op: "add", Path: "/spec/ipFamilies", Value: []any{"IPv4"}},
	}}}, d.imported.rules, "those that lead to every export")
	require.Equal(t, clusters{"madrid"}, d.imported.awaits)
}

func TestNodesAreToldAtHomeWhereTrafficStaysOnThem(t *testing.T) {
	paris := exporter("paris", 5, "10.1.0.1")
	local := corev1.ServiceInternalTrafficPolicyLocal
	paris.service.Spec.InternalTrafficPolicy = &local
	require.Equal(t, []overrides.Rule{{Cluster: "paris", Patches: []overrides.Patch{
		{Op: "add", Path: "/endpoints/0/nodeName", Value: "node-1"},
	}}}, decide(t, importer("berlin"), paris).slices[SliceName("paris", "web-x")].rules)
}

func TestPortsHaveTheNamesThatTheImportHas(t *testing.T) {
	berlin := exporter("berlin", 5, "10.1.0.1")
	berlin.service.Spec.Ports[0].Name = "web"
	web, gone, number := "web", "gone", int32(9090)
	berlin.slices[0].Ports = []discoveryv1.EndpointPort{{Name: &web, Port: &number}, {Name: &gone, Port: &number}}
	ports := decide(t, berlin, exporter("paris", 10, "10.2.0.1")).slices[SliceName("berlin", "web-x")].template.Object["ports"]
	require.Equal(t, []any{map[string]any{"name": "http", "port": int64(9090)}}, ports)
}

func TestTheEndpointsOfAMemberThatIsGoneAreItsOwn(t *testing.T) {
	berlin, boston, paris := importer("berlin"), exporter("boston", 5, "10.1.0.1"), exporter("paris", 10, "10.2.0.1")
	d := decide(t, berlin, away(boston, time.Minute), paris)
	require.Equal(t, clusters{"berlin", "boston", "paris"}, d.slices[SliceName("boston", "web-x")].clusters)
	require.NotContains(t, d.exports, federation.ClusterName("boston"), "nothing can be said there")

	d = decide(t, berlin, away(boston, 0), paris)
	require.Equal(t, clusters{"boston"}, d.slices[SliceName("boston", "web-x")].clusters)
	require.Equal(t, clusters{"berlin", "boston", "paris"}, d.imported.clusters, "nothing is withdrawn because nobody reaches it")
}

func TestWhatAProcessBeforeHasMadeStaysUntilItsExportersAreSeen(t *testing.T) {
	berlin, paris := holding(importer("berlin"), "boston", "paris"), exporter("paris", 10, "10.2.0.1")
	paris.service.Spec.ClusterIP = corev1.ClusterIPNone // boston may have decided otherwise
	name := SliceName("paris", "web-x")

	waiting := decide(t, berlin, unseen("boston", time.Minute), paris)
	require.False(t, waiting.settled)
	require.True(t, waiting.stays)
	require.Empty(t, waiting.exports)
	require.Equal(t, DerivedName("web"), waiting.slices[name].template.GetLabels()["kubernetes.io/service-name"], "endpoints follow")

	gone := decide(t, berlin, unseen("boston", 0), paris)
	require.True(t, gone.settled)
	require.True(t, gone.stays)
	require.Equal(t, clusters{"boston", "paris"}, gone.imports["berlin"].clusters)
	require.Contains(t, gone.exports["paris"][2].Message, "until every cluster that exports it has been seen")
	require.Equal(t, waiting.slices[name].template, gone.slices[name].template)

	alone := decide(t, berlin, unseen("boston", 0), importer("paris"))
	require.True(t, alone.stays)
	require.Equal(t, clusters{"boston"}, alone.imports["berlin"].clusters)
	require.Empty(t, alone.slices)

	left := decide(t, berlin, importer("paris"))
	require.False(t, left.stays)
	require.Nil(t, left.imported, "boston is no member any more")
}

func TestAMemberWhoseServicesAreNotKnownIsWaitedFor(t *testing.T) {
	boston := unseen("boston", time.Minute)
	boston.export = &v1beta1.ServiceExport{}
	d := decide(t, boston, importer("paris"), exporter("rome", 5, "10.1.0.1"))
	require.False(t, d.settled)
	require.True(t, d.stays)
	require.Nil(t, d.imported)
	require.Empty(t, d.slices)

	boston.until = noon
	d = decide(t, boston, importer("paris"), exporter("rome", 5, "10.1.0.1"))
	require.False(t, d.stays)
	require.Equal(t, clusters{"boston", "paris", "rome"}, d.imported.clusters)
	require.Contains(t, d.imported.rules, overrides.Rule{Cluster: "boston"}, "nothing is written where nothing is known")
}

func TestAnExportIsReadyWhenItIsImported(t *testing.T) {
	at := func(clusters ...status.Observation) status.Summary { return status.Summary{Clusters: clusters} }
	good := at(status.Observation{Cluster: "berlin"}, status.Observation{Cluster: "paris"})
	for name, c := range map[string]struct {
		fares   fares
		before  metav1.ConditionStatus
		status  string
		reason  string
		message string
	}{
		"not told yet": {
			status: "False", reason: "Pending", message: "it is being imported by berlin, paris",
		},
		"by one yet": {
			fares: fares{imported: at(status.Observation{Cluster: "paris"})}, status: "False", reason: "Pending", message: "it is being imported by berlin",
		},
		"what was ready waits for nobody": {
			fares: fares{imported: at(status.Observation{Cluster: "paris"})}, before: metav1.ConditionTrue,
			status: "True", reason: "Exported", message: "every cluster that has the namespace imports the service",
		},
		"by all": {
			fares: fares{imported: good}, status: "True", reason: "Exported", message: "every cluster that has the namespace imports the service",
		},
		"one is away": {
			fares:  fares{imported: at(status.Observation{Cluster: "berlin", State: status.ClusterNotReady}, status.Observation{Cluster: "paris"})},
			status: "True", reason: "Exported", message: "every cluster that has the namespace imports the service",
		},
		"somebody else has an import there": {
			fares:  fares{imported: at(status.Observation{Cluster: "berlin", State: status.AlreadyExists, Message: "it is theirs"}, status.Observation{Cluster: "paris"})},
			before: metav1.ConditionTrue, status: "False", reason: "Failed", message: "berlin: AlreadyExists: it is theirs",
		},
		"no address": {
			fares:  fares{imported: good, service: at(status.Observation{Cluster: "paris", State: status.CreationFailed, Message: "the range is full"})},
			status: "False", reason: "Failed", message: "paris: CreationFailed: the range is full",
		},
		"endpoints are refused": {
			fares: fares{imported: good, slices: map[string]status.Summary{SliceName("paris", "web-x"): at(
				status.Observation{Cluster: "berlin", State: status.CreationFailed, Message: "quota"})}},
			status: "False", reason: "Failed", message: "berlin: CreationFailed: quota",
		},
		"endpoints of others are refused": {
			fares: fares{imported: good, slices: map[string]status.Summary{SliceName("berlin", "web-x"): at(
				status.Observation{Cluster: "paris", State: status.CreationFailed, Message: "quota"})}},
			status: "True", reason: "Exported", message: "every cluster that has the namespace imports the service",
		},
	} {
		t.Run(name, func(t *testing.T) {
			paris := exporter("paris", 5, "10.1.0.1")
			if c.before != "" {
				paris.export.Status.Conditions = []metav1.Condition{{Type: "Ready", Status: c.before}}
			}
			d := decideOn(t, scene{members: []sighting{exporter("berlin", 3, "10.2.0.1"), paris, unseen("rome", time.Minute)}, fares: c.fares})
			require.Equal(t, status.Condition{Type: "Ready", Status: c.status, Reason: c.reason, Message: c.message}, d.exports["paris"][2])
		})
	}
}

func TestAnExportThatIsNotValidIsNotReady(t *testing.T) {
	paris := exporter("paris", 5, "10.1.0.1")
	paris.service = nil
	d := decide(t, paris, importer("rome"))
	require.Nil(t, d.imported)
	require.Equal(t, status.Condition{Type: "Ready", Status: "False", Reason: "Failed",
		Message: "it is not valid: there is no Service with the name of the export"}, d.exports["paris"][2])
}

func TestAnExportThatNobodyImportsIsNotReady(t *testing.T) {
	paris := exporter("paris", 5, "10.1.0.1")
	paris.imports = false
	d := decide(t, paris)
	require.Nil(t, d.imported)
	require.Equal(t, status.Condition{Type: "Ready", Status: "False", Reason: "Pending",
		Message: "no cluster has both the namespace and the kind ServiceImport"}, d.exports["paris"][2])
}

func TestAnImportIsReadyWhenItCanBeUsed(t *testing.T) {
	ready := func(paris, berlin sighting, f fares) status.Condition {
		return decideOn(t, scene{members: []sighting{holding(berlin), paris}, fares: f}).imports["berlin"].ready
	}
	paris, berlin := exporter("paris", 5, "10.1.0.1"), importer("berlin")
	want := func(holds, reason, message string) status.Condition {
		return status.Condition{Type: "Ready", Status: holds, Reason: reason, Message: message}
	}
	require.Equal(t, want("False", "Pending", "the Service clusterset-web-4b5e57f6 has no address yet"), ready(paris, berlin, fares{}))
	require.Equal(t, want("True", "Ready", "it has an address, and its endpoints are imported"), ready(paris, addressed(berlin, "10.0.0.7"), fares{}))
	require.Equal(t, want("False", "IPFamilyNotSupported", "the cluster has no addresses of [IPv4], in which every export can be reached"),
		ready(paris, addressed(berlin, "fd00::7"), fares{}))
	require.Equal(t, want("False", "Pending", "the Service clusterset-web-4b5e57f6, whose address it gets, is not there: CreationFailed: the range is full"),
		ready(paris, berlin, fares{service: status.Summary{Clusters: []status.Observation{{Cluster: "berlin", State: status.CreationFailed, Message: "the range is full"}}}}))
	paris.service.Spec.ClusterIP = corev1.ClusterIPNone
	require.Equal(t, want("True", "Ready", "its endpoints are imported"), ready(paris, berlin, fares{}))
}

func TestWhatIsMadeOfTheSameIsNotMadeAgain(t *testing.T) {
	members := []sighting{importer("berlin"), exporter("paris", 5, "10.1.0.1")}
	first := decide(t, members...)
	second := decideOn(t, scene{members: members, made: first.slices})
	name := SliceName("paris", "web-x")
	require.Same(t, first.slices[name].template, second.slices[name].template)

	members[1].slices = []*discoveryv1.EndpointSlice{slice("web-x", "10.1.0.2")}
	third := decideOn(t, scene{members: members, made: second.slices})
	require.NotSame(t, first.slices[name].template, third.slices[name].template)
}

func TestNamesAreBoundedAndOfOneThing(t *testing.T) {
	long := "a-service-with-a-name-as-long-as-a-name-of-a-service-can-be-abc"
	require.Len(t, long, 63)
	require.LessOrEqual(t, len(DerivedName(long)), 63)
	require.NotEqual(t, DerivedName(long), DerivedName(long[:62]+"d"))
	require.NotEqual(t, SliceName("paris", "web-x"), SliceName("berlin", "web-x"))
	require.NotEqual(t, parentOf("a", Imports(), propagation.Key{Namespace: "shop", Name: "web"}), parentOf("b", Imports(), propagation.Key{Namespace: "shop", Name: "web"}))
	require.Regexp(t, "^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", parentOf("a", Slices(), propagation.Key{Name: "web"}))
}
