// Package dnscheck compares what the DNS records on a host have published with what DNS
// servers answer, and tells the likely reason of differences.
package dnscheck

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	multiclusterdnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// Kind is a kind of records.
type Kind struct {
	Name     string
	Resource schema.GroupVersionResource
	prefix   string // of the names of its DNSEndpoints
}

// Kinds are those that there are.
func Kinds() []Kind {
	return []Kind{
		{"ServiceDNSRecord", multiclusterdnsv1alpha1.ServiceDNSRecords(), "service-"},
		{"IngressDNSRecord", multiclusterdnsv1alpha1.IngressDNSRecords(), "ingress-"},
		{"GatewayDNSRecord", multiclusterdnsv1alpha1.GatewayDNSRecords(), "gateway-"},
	}
}

// Choice is which records are checked.
type Choice struct {
	kinds           []Kind
	namespace, name string // empty is all
}

// Choose reads arguments: a kind, a name, both or none. An empty namespace is all.
func Choose(args []string, namespace string) (Choice, error) {
	chosen := Choice{kinds: Kinds(), namespace: namespace}
	if len(args) == 2 || len(args) == 1 && !strings.Contains(args[0], "/") {
		kind, err := kindOf(args[0])
		if err != nil {
			return chosen, err
		}
		chosen.kinds, args = []Kind{kind}, args[1:]
	}
	if len(args) == 0 {
		return chosen, nil
	}
	return chosen, chosen.only(args[0])
}

// only chooses the records of a name.
func (c *Choice) only(written string) error {
	namespace, name, both := strings.Cut(written, "/")
	if !both {
		namespace, name = c.namespace, written
	}
	switch {
	case namespace == "" || name == "" || strings.Contains(name, "/"):
		return fmt.Errorf("%q: write NAMESPACE/NAME, or NAME and -n NAMESPACE", written)
	case c.namespace != "" && c.namespace != namespace:
		return fmt.Errorf("%q and -n %s: these are two namespaces", written, c.namespace)
	}
	c.namespace, c.name = namespace, name
	return nil
}

func kindOf(written string) (Kind, error) {
	var names []string
	for _, k := range Kinds() {
		if strings.EqualFold(written, k.Name) || strings.EqualFold(written, k.Resource.Resource) {
			return k, nil
		}
		names = append(names, strings.ToLower(k.Name))
	}
	return Kind{}, fmt.Errorf("there is no kind %q of DNS records: take one of %s", written, strings.Join(names, ", "))
}

// EndpointsOf are the DNSEndpoints of an API group: external-dns', or KubeFed's.
func EndpointsOf(group string) (schema.GroupVersionResource, error) {
	switch group {
	case externaldnsv1alpha1.Group:
		return externaldnsv1alpha1.DNSEndpoints(), nil
	case multiclusterdnsv1alpha1.Group:
		return multiclusterdnsv1alpha1.DNSEndpoints(), nil
	}
	return schema.GroupVersionResource{}, fmt.Errorf("got %q, want %s or %s", group, externaldnsv1alpha1.Group, multiclusterdnsv1alpha1.Group)
}
