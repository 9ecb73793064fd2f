package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	multiclusterdnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// dnsRecord is a record, and what came of checking it.
type dnsRecord struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Server is who was asked, and ServerFrom where that is from.
	Server     string `json:"server"`
	ServerFrom string `json:"serverFrom"`
	// Findings are about its record sets, in the order of name and type.
	Findings []check.Finding `json:"findings"`
	// Notes say what is behind on the host.
	Notes []string `json:"notes,omitempty"`
	// Conditions are its own that are not True.
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	want     []dns.RecordSet
	endpoint dnsEndpoint
	unseen   bool // by the controller, as it is
}

// dnsObject is what the kinds of records have in common.
type dnsObject struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		DomainRef string `json:"domainRef"`
	} `json:"spec"`
	Status multiclusterdnsv1alpha1.DNSRecordStatus `json:"status"`
}

// dnsEndpoint is a DNSEndpoint as it was found, of whichever group.
type dnsEndpoint struct {
	name  string
	found *externaldnsv1alpha1.DNSEndpoint // nil when there is none
}

// dnsReader reads records and what belongs to them.
type dnsReader struct {
	client    dynamic.Interface
	system    string
	endpoints schema.GroupVersionResource
	server    string // that is asked in any case; empty is none
}

func (f *flags) dnsReader(server string) (dnsReader, error) {
	endpoints, err := f.dnsEndpoints()
	if err != nil {
		return dnsReader{}, err
	}
	host, namespace, err := f.host()
	if err != nil {
		return dnsReader{}, err
	}
	client, err := dynamic.NewForConfig(host)
	return dnsReader{client, namespace, endpoints, server}, err
}

// read reads the chosen records, by kind, namespace and name.
func (r dnsReader) read(ctx context.Context, chosen dnsChoice) ([]dnsRecord, error) {
	servers, err := r.nameServers(ctx)
	if err != nil {
		return nil, err
	}
	endpoints, err := r.readEndpoints(ctx, chosen.namespace)
	if err != nil {
		return nil, err
	}
	var all []dnsRecord
	for _, kind := range chosen.kinds {
		objects, err := list[dnsObject](ctx, r.client.Resource(kind.resource).Namespace(chosen.namespace), chosen.selector())
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", kind.resource.Resource, err)
		}
		for _, o := range objects {
			record, err := recordOf(kind, o, endpoints, servers)
			if err != nil {
				return nil, err
			}
			all = append(all, record)
		}
	}
	if len(all) == 0 && chosen.name != "" {
		return nil, fmt.Errorf("namespace %s has no DNS record %q%s", chosen.namespace, chosen.name, chosen.among())
	}
	return all, nil
}

func (d dnsChoice) selector() metav1.ListOptions {
	if d.name == "" {
		return metav1.ListOptions{}
	}
	return metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector(metav1.ObjectNameField, d.name).String()}
}

// among says where a name was looked for.
func (d dnsChoice) among() string {
	if len(d.kinds) == 1 {
		return " of kind " + d.kinds[0].name
	}
	return " of any kind"
}

// readEndpoints are the DNSEndpoints by namespace and name.
func (r dnsReader) readEndpoints(ctx context.Context, namespace string) (map[string]*externaldnsv1alpha1.DNSEndpoint, error) {
	objects, err := list[externaldnsv1alpha1.DNSEndpoint](ctx, r.client.Resource(r.endpoints).Namespace(namespace), metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list %s.%s: %w", r.endpoints.Resource, r.endpoints.Group, err)
	}
	all := map[string]*externaldnsv1alpha1.DNSEndpoint{}
	for _, e := range objects {
		all[e.Namespace+"/"+e.Name] = e
	}
	return all, nil
}

func recordOf(kind dnsKind, o *dnsObject, endpoints map[string]*externaldnsv1alpha1.DNSEndpoint, servers nameServers) (dnsRecord, error) {
	name := o.Namespace + "/" + kind.prefix + o.Name
	r := dnsRecord{Kind: kind.name, Namespace: o.Namespace, Name: o.Name, endpoint: dnsEndpoint{name, endpoints[name]}, Findings: []check.Finding{}}
	var err error
	if r.Server, r.ServerFrom, err = servers.of(o.Spec.DomainRef); err != nil {
		return r, fmt.Errorf("%s %s/%s: %w", kind.name, o.Namespace, o.Name, err)
	}
	for _, c := range o.Status.Conditions {
		if c.Status != metav1.ConditionTrue {
			r.Conditions = append(r.Conditions, c)
		}
	}
	if r.unseen = o.Status.ObservedGeneration < o.Generation; r.unseen {
		r.Notes = append(r.Notes, fmt.Sprintf("the controller has not seen generation %d of the record: does it run?", o.Generation))
	}
	r.want = r.endpoint.sets()
	return r, nil
}

// sets are the record sets of a DNSEndpoint.
func (e dnsEndpoint) sets() []dns.RecordSet {
	if e.found == nil {
		return nil
	}
	var all []dns.RecordSet
	for _, set := range e.found.Spec.Endpoints {
		all = append(all, dns.RecordSet{
			Name: set.DNSName, Type: dns.Type(set.RecordType), TTL: set.RecordTTL, Targets: set.Targets, SetIdentifier: set.SetIdentifier,
		})
	}
	return all
}

// isReady tells whether names are handed to external-dns, as far as is said.
func (r *dnsRecord) isReady() bool {
	return meta.FindStatusCondition(r.Conditions, multiclusterdnsv1alpha1.Ready) == nil
}
