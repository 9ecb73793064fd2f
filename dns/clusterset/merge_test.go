package clusterset_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/dns/clusterset"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// from is an export that is older the lower its age is, of a service with these
// ports.
func from(cluster federation.ClusterName, age int, ports ...corev1.ServicePort) clusterset.Export {
	return clusterset.Export{
		Cluster: cluster,
		Created: time.Date(2026, 5, 4, 12, age, 0, 0, time.UTC),
		Service: &corev1.Service{Spec: corev1.ServiceSpec{
			ClusterIP: "10.0.0.1", Ports: ports, IPFamilies: []corev1.IPFamily{corev1.IPv4Protocol},
		}},
	}
}

// with changes the service of an export.
func with(e clusterset.Export, change func(*corev1.ServiceSpec)) clusterset.Export {
	change(&e.Service.Spec)
	return e
}

func port(name string, number int32) corev1.ServicePort {
	return corev1.ServicePort{Name: name, Port: number, Protocol: corev1.ProtocolTCP}
}

func imported(name string, number int32) v1beta1.ServicePort {
	return v1beta1.ServicePort{Name: name, Port: number, Protocol: corev1.ProtocolTCP}
}

func headless(s *corev1.ServiceSpec) { s.ClusterIP = corev1.ClusterIPNone }

func families(all ...corev1.IPFamily) func(*corev1.ServiceSpec) {
	return func(s *corev1.ServiceSpec) { s.IPFamilies = all }
}

func sticky(seconds int32) func(*corev1.ServiceSpec) {
	return func(s *corev1.ServiceSpec) {
		s.SessionAffinity = corev1.ServiceAffinityClientIP
		s.SessionAffinityConfig = &corev1.SessionAffinityConfig{ClientIP: &corev1.ClientIPConfig{TimeoutSeconds: &seconds}}
	}
}

func near(word string) func(*corev1.ServiceSpec) {
	return func(s *corev1.ServiceSpec) { s.TrafficDistribution = &word }
}

func within(p corev1.ServiceInternalTrafficPolicy) func(*corev1.ServiceSpec) {
	return func(s *corev1.ServiceSpec) { s.InternalTrafficPolicy = &p }
}

func TestTheOldestExportDecidesAndEveryExportIsToldOfConflicts(t *testing.T) {
	http := port("http", 80)
	h2c := "kubernetes.io/h2c"
	spoken := http
	spoken.AppProtocol = &h2c
	for name, c := range map[string]struct {
		exports []clusterset.Export
		reason  string
		message string
	}{
		"alike": {
			exports: []clusterset.Export{from("paris", 0, http), from("berlin", 1, http)},
			reason:  "NoConflicts", message: "no export differs from another",
		},
		"a port more is none": {
			exports: []clusterset.Export{from("paris", 0, http), from("berlin", 1, http, port("admin", 8080))},
			reason:  "NoConflicts", message: "no export differs from another",
		},
		"number of a port": {
			exports: []clusterset.Export{from("berlin", 1, port("http", 8080)), from("paris", 0, http)},
			reason:  "PortConflict",
			message: `port "http" is 80/TCP as in paris, whose export is older; 1 of 2 say otherwise: berlin`,
		},
		"name of a port": {
			exports: []clusterset.Export{from("berlin", 1, port("web", 80)), from("paris", 0, http)},
			reason:  "PortConflict",
			message: `port "http" is 80/TCP as in paris, whose export is older; 1 of 2 say otherwise: berlin`,
		},
		"application protocol of a port": {
			exports: []clusterset.Export{from("berlin", 0, spoken), from("paris", 1, http)},
			reason:  "PortConflict",
			message: `port "http" is 80/TCP (appProtocol kubernetes.io/h2c) as in berlin, whose export is older; 1 of 2 say otherwise: paris`,
		},
		"of exports of one second the first by name": {
			exports: []clusterset.Export{from("paris", 0, http), from("berlin", 0, port("http", 8080))},
			reason:  "PortConflict",
			message: `port "http" is 8080/TCP as in berlin, whose export is older; 1 of 2 say otherwise: paris`,
		},
		"a port that the oldest does not have": {
			exports: []clusterset.Export{from("paris", 0, http), from("berlin", 1, port("admin", 81)), from("boston", 2, port("admin", 82))},
			reason:  "PortConflict",
			message: `port "admin" is 81/TCP as in berlin, whose export is older; 1 of 3 say otherwise: boston`,
		},
		"type": {
			exports: []clusterset.Export{from("paris", 0, http), with(from("berlin", 1, http), headless), with(from("boston", 2, http), headless)},
			reason:  "TypeConflict",
			message: "type is ClusterSetIP as in paris, whose export is older; 2 of 3 say otherwise: berlin, boston",
		},
		"what is about the address is not asked of one without": {
			exports: []clusterset.Export{with(from("paris", 0, http), headless), with(with(from("berlin", 1, http), headless), sticky(60))},
			reason:  "NoConflicts", message: "no export differs from another",
		},
		"session affinity": {
			exports: []clusterset.Export{from("paris", 0, http), with(from("berlin", 1, http), sticky(60))},
			reason:  "SessionAffinityConflict",
			message: "sessionAffinity is None as in paris, whose export is older; 1 of 2 say otherwise: berlin",
		},
		"how long a session lasts": {
			exports: []clusterset.Export{with(from("paris", 0, http), sticky(10)), with(from("berlin", 1, http), sticky(60))},
			reason:  "SessionAffinityConfigConflict",
			message: "sessionAffinityConfig is timeoutSeconds=10 as in paris, whose export is older; 1 of 2 say otherwise: berlin",
		},
		"internal traffic policy": {
			exports: []clusterset.Export{from("paris", 0, http), with(from("berlin", 1, http), within("Local")), with(from("boston", 1, http), within("Cluster"))},
			reason:  "InternalTrafficPolicyConflict",
			message: "internalTrafficPolicy is Cluster as in paris, whose export is older; 1 of 3 say otherwise: berlin",
		},
		"traffic distribution": {
			exports: []clusterset.Export{with(from("paris", 0, http), near("PreferClose")), from("berlin", 1, http)},
			reason:  "TrafficDistributionConflict",
			message: "trafficDistribution is PreferClose as in paris, whose export is older; 1 of 2 say otherwise: berlin",
		},
		"families without one in common": {
			exports: []clusterset.Export{from("paris", 0, http), with(from("berlin", 1, http), families("IPv6"))},
			reason:  "IPFamilyConflict",
			message: "ipFamilies is [IPv4] as in paris, whose export is older; 1 of 2 say otherwise: berlin",
		},
		"families with one in common": {
			exports: []clusterset.Export{from("paris", 0, http), with(from("berlin", 1, http), families("IPv6", "IPv4"))},
			reason:  "NoConflicts", message: "no export differs from another",
		},
		"several at a time": {
			exports: []clusterset.Export{from("paris", 0, http), with(with(from("berlin", 1, port("http", 81), port("https", 443)), headless), families("IPv6")), from("boston", 2, port("https", 444))},
			reason:  "TypeConflict,PortConflict,IPFamilyConflict",
			message: `type is ClusterSetIP as in paris, whose export is older; 1 of 3 say otherwise: berlin; ` +
				`port "http" is 80/TCP as in paris, whose export is older; 1 of 3 say otherwise: berlin; ` +
				`port "https" is 443/TCP as in berlin, whose export is older; 1 of 3 say otherwise: boston; ` +
				`ipFamilies is [IPv4] as in paris, whose export is older; 1 of 3 say otherwise: berlin`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, verdicts := clusterset.Merge(c.exports)
			require.Len(t, verdicts, len(c.exports))
			for _, v := range verdicts {
				require.Equal(t, "True", v.Valid.Status, v.Cluster)
				want := status.Condition{Type: "Conflict", Status: "True", Reason: c.reason, Message: c.message}
				if c.reason == "NoConflicts" {
					want.Status = "False"
				}
				require.Equal(t, want, v.Conflict, v.Cluster)
			}
		})
	}
}

func TestLabelsAndAnnotationsAreThoseOfTheOldestExport(t *testing.T) {
	paris, berlin := from("paris", 0), from("berlin", 1)
	paris.Labels, berlin.Labels = map[string]string{"team": "shop"}, map[string]string{"tier": "front"}
	berlin.Annotations = map[string]string{"note": "long"}
	merged, verdicts := clusterset.Merge([]clusterset.Export{berlin, paris})
	require.Equal(t, map[string]string{"team": "shop"}, merged.Labels)
	require.Empty(t, merged.Annotations)
	require.Equal(t, "LabelsConflict,AnnotationsConflict", verdicts[0].Conflict.Reason)
	require.Equal(t, "exportedLabels is as in paris, whose export is older; 1 of 2 say otherwise: berlin; "+
		"exportedAnnotations is as in paris, whose export is older; 1 of 2 say otherwise: berlin", verdicts[1].Conflict.Message)
}

func TestManyThatDifferAreCounted(t *testing.T) {
	exports := []clusterset.Export{from("paris", 0, port("http", 80))}
	for _, name := range []federation.ClusterName{"a", "b", "c", "d", "e", "f", "g"} {
		exports = append(exports, with(from(name, 1, port("http", 80)), headless))
	}
	_, verdicts := clusterset.Merge(exports)
	require.Equal(t, "type is ClusterSetIP as in paris, whose export is older; 7 of 8 say otherwise: a, b, c, d, e and 2 more", verdicts[0].Conflict.Message)
}

func TestWhatCannotBeExportedDoesNotCount(t *testing.T) {
	missing, elsewhere, dotted := from("berlin", 0), with(from("boston", 1), func(s *corev1.ServiceSpec) {
		s.Type, s.ClusterIP = corev1.ServiceTypeExternalName, ""
	}), from("eu.madrid", 1)
	missing.Service = nil
	merged, verdicts := clusterset.Merge([]clusterset.Export{missing, elsewhere, dotted, from("paris", 2, port("http", 80))})
	require.Equal(t, []federation.ClusterName{"paris"}, merged.Clusters)
	require.Equal(t, []v1beta1.ServicePort{imported("http", 80)}, merged.Spec.Ports)

	none := status.Condition{Type: "Conflict", Status: "False", Reason: "NoConflicts", Message: "it does not count while it is not valid"}
	require.Equal(t, []clusterset.Verdict{
		{"berlin", status.Condition{Type: "Valid", Status: "False", Reason: "NoService", Message: "there is no Service with the name of the export"}, none},
		{"boston", status.Condition{Type: "Valid", Status: "False", Reason: "InvalidServiceType", Message: "a Service of type ExternalName has no endpoints that could be exported"}, none},
		{"eu.madrid", status.Condition{Type: "Valid", Status: "False", Reason: "InvalidClusterName", Message: "the name of the cluster cannot be part of a host name: it has to be one DNS label"}, none},
		{
			"paris", status.Condition{Type: "Valid", Status: "True", Reason: "Valid", Message: "the service can be exported"},
			status.Condition{Type: "Conflict", Status: "False", Reason: "NoConflicts", Message: "no export differs from another"},
		},
	}, verdicts)

	nothing, _ := clusterset.Merge([]clusterset.Export{missing})
	require.Empty(t, nothing.Clusters)
}

func TestPortsAreThoseOfAllExports(t *testing.T) {
	for name, c := range map[string]struct {
		exports []clusterset.Export
		ports   []v1beta1.ServicePort
		names   map[federation.ClusterName]map[string]string // what the ports are called in the import
		without map[federation.ClusterName][]string          // ports that are not in it
	}{
		"one after the other": {
			exports: []clusterset.Export{from("berlin", 1, port("admin", 81), port("http", 80)), from("paris", 0, port("http", 80))},
			ports:   []v1beta1.ServicePort{imported("http", 80), imported("admin", 81)},
			names:   map[federation.ClusterName]map[string]string{"berlin": {"admin": "admin", "http": "http"}, "paris": {"http": "http"}},
			without: map[federation.ClusterName][]string{"paris": {"admin"}},
		},
		"a port with another name is led to": {
			exports: []clusterset.Export{from("paris", 0, port("http", 80)), from("berlin", 1, port("web", 80))},
			ports:   []v1beta1.ServicePort{imported("http", 80)},
			names:   map[federation.ClusterName]map[string]string{"berlin": {"web": "http"}, "paris": {"http": "http"}},
		},
		"a port with another number is led to": {
			exports: []clusterset.Export{from("paris", 0, port("http", 80)), from("berlin", 1, port("http", 8080))},
			ports:   []v1beta1.ServicePort{imported("http", 80)},
			names:   map[federation.ClusterName]map[string]string{"berlin": {"http": "http"}},
		},
		"the name counts before the number": {
			exports: []clusterset.Export{from("paris", 0, port("http", 80)), from("berlin", 1, port("alt", 80), port("http", 8080))},
			ports:   []v1beta1.ServicePort{imported("http", 80)},
			names:   map[federation.ClusterName]map[string]string{"berlin": {"http": "http"}},
			without: map[federation.ClusterName][]string{"berlin": {"alt"}},
		},
		"one number with two protocols is two ports": {
			exports: []clusterset.Export{from("paris", 0, port("dns-tcp", 53)), from("berlin", 1, corev1.ServicePort{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP})},
			ports:   []v1beta1.ServicePort{imported("dns-tcp", 53), {Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP}},
		},
		"one alone needs no name": {
			exports: []clusterset.Export{from("paris", 0, port("", 80)), from("berlin", 1, port("", 80))},
			ports:   []v1beta1.ServicePort{imported("", 80)},
			names:   map[federation.ClusterName]map[string]string{"berlin": {"": ""}},
		},
		"beside others it gets the name that others have for it": {
			exports: []clusterset.Export{from("paris", 0, port("", 80)), from("berlin", 1, port("web", 80), port("https", 443))},
			ports:   []v1beta1.ServicePort{imported("web", 80), imported("https", 443)},
			names:   map[federation.ClusterName]map[string]string{"paris": {"": "web"}, "berlin": {"web": "web"}},
		},
		"or one of protocol and number": {
			exports: []clusterset.Export{from("paris", 0, port("", 80)), from("berlin", 1, port("https", 443), port("tcp-80", 81))},
			ports:   []v1beta1.ServicePort{imported("tcp-80-2", 80), imported("https", 443), imported("tcp-80", 81)},
			names:   map[federation.ClusterName]map[string]string{"paris": {"": "tcp-80-2"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			merged, _ := clusterset.Merge(c.exports)
			require.Equal(t, c.ports, merged.Spec.Ports)
			for cluster, ports := range c.names {
				for port, want := range ports {
					name, found := merged.PortName(cluster, port)
					require.True(t, found)
					require.Equal(t, want, name, "%s in %s", port, cluster)
				}
			}
			for cluster, ports := range c.without {
				for _, port := range ports {
					_, found := merged.PortName(cluster, port)
					require.False(t, found, "%s in %s", port, cluster)
				}
			}
		})
	}
}

func TestAnImportIsLikeTheOldestService(t *testing.T) {
	local := corev1.ServiceInternalTrafficPolicyLocal
	paris := with(with(with(from("paris", 0, port("http", 80)), sticky(60)), near("PreferClose")), within(local))
	merged, _ := clusterset.Merge([]clusterset.Export{paris, from("berlin", 1, port("http", 80))})
	seconds, word := int32(60), "PreferClose"
	require.Equal(t, v1beta1.ServiceImportSpec{
		Type: v1beta1.ClusterSetIP, Ports: []v1beta1.ServicePort{imported("http", 80)},
		SessionAffinity:       corev1.ServiceAffinityClientIP,
		SessionAffinityConfig: &corev1.SessionAffinityConfig{ClientIP: &corev1.ClientIPConfig{TimeoutSeconds: &seconds}},
		InternalTrafficPolicy: &local, TrafficDistribution: &word, IPFamilies: []corev1.IPFamily{corev1.IPv4Protocol},
	}, merged.Spec)
	require.Equal(t, []federation.ClusterName{"berlin", "paris"}, merged.Clusters)

	merged, _ = clusterset.Merge([]clusterset.Export{with(paris, headless)})
	require.Equal(t, v1beta1.ServiceImportSpec{
		Type: v1beta1.Headless, Ports: []v1beta1.ServicePort{imported("http", 80)}, IPFamilies: []corev1.IPFamily{corev1.IPv4Protocol},
	}, merged.Spec, "what is about the address is left out where there is none")
}

func TestFamiliesAreThoseInWhichEveryExportCanBeReached(t *testing.T) {
	dual, four, six := families("IPv4", "IPv6"), families("IPv4"), families("IPv6")
	for name, c := range map[string]struct {
		exports []func(*corev1.ServiceSpec)
		want    []corev1.IPFamily
	}{
		"both where all have both":           {[]func(*corev1.ServiceSpec){dual, families("IPv6", "IPv4")}, []corev1.IPFamily{"IPv4", "IPv6"}},
		"one where one has one":              {[]func(*corev1.ServiceSpec){dual, six}, []corev1.IPFamily{"IPv6"}},
		"the one that is left by others":     {[]func(*corev1.ServiceSpec){dual, six, four}, []corev1.IPFamily{"IPv6"}},
		"who does not tell decides nothing":  {[]func(*corev1.ServiceSpec){families(), dual, four}, []corev1.IPFamily{"IPv4"}},
		"the oldest's where none are common": {[]func(*corev1.ServiceSpec){four, six}, []corev1.IPFamily{"IPv4"}},
	} {
		t.Run(name, func(t *testing.T) {
			var exports []clusterset.Export
			for i, change := range c.exports {
				exports = append(exports, with(from(federation.ClusterName([]string{"a", "b", "c"}[i]), i), change))
			}
			merged, _ := clusterset.Merge(exports)
			require.Equal(t, c.want, merged.Spec.IPFamilies)
		})
	}
}

type portOf = v1beta1.ServicePort

var (
	families4    = []corev1.IPFamily{corev1.IPv4Protocol}
	families6    = []corev1.IPFamily{corev1.IPv6Protocol}
	familiesBoth = []corev1.IPFamily{corev1.IPv6Protocol, corev1.IPv4Protocol}
)
