package dnscheck

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

// Record is a record, and what came of checking it.
type Record struct {
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

	want      []dns.RecordSet
	published endpoint
	unseen    bool // by the controller, as it is
}

// object is what the kinds of records have in common.
type object struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		DomainRef string `json:"domainRef"`
	} `json:"spec"`
	Status multiclusterdnsv1alpha1.DNSRecordStatus `json:"status"`
}

// endpoint is a DNSEndpoint as it was found, of whichever group.
type endpoint struct {
	name  string
	found *externaldnsv1alpha1.DNSEndpoint // nil when there is none
}

// Reader reads records and what belongs to them.
type Reader struct {
	Host      dynamic.Interface
	System    string                      // the system namespace, where Domains are
	Endpoints schema.GroupVersionResource // where DNSEndpoints are
	Server    string                      // that is asked in any case; empty is what Domains say
}

// Read reads the chosen records, by kind, namespace and name.
func (r Reader) Read(ctx context.Context, chosen Choice) ([]Record, error) {
	servers, err := r.nameServers(ctx)
	if err != nil {
		return nil, err
	}
	endpoints, err := r.readEndpoints(ctx, chosen.namespace)
	if err != nil {
		return nil, err
	}
	var all []Record
	for _, kind := range chosen.kinds {
		objects, err := list[object](ctx, r.Host.Resource(kind.Resource).Namespace(chosen.namespace), chosen.selector())
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", kind.Resource.Resource, err)
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

func (c Choice) selector() metav1.ListOptions {
	if c.name == "" {
		return metav1.ListOptions{}
	}
	return metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector(metav1.ObjectNameField, c.name).String()}
}

// among says where a name was looked for.
func (c Choice) among() string {
	if len(c.kinds) == 1 {
		return " of kind " + c.kinds[0].Name
	}
	return " of any kind"
}

// readEndpoints are the DNSEndpoints by namespace and name.
func (r Reader) readEndpoints(ctx context.Context, namespace string) (map[string]*externaldnsv1alpha1.DNSEndpoint, error) {
	objects, err := list[externaldnsv1alpha1.DNSEndpoint](ctx, r.Host.Resource(r.Endpoints).Namespace(namespace), metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list %s.%s: %w", r.Endpoints.Resource, r.Endpoints.Group, err)
	}
	all := map[string]*externaldnsv1alpha1.DNSEndpoint{}
	for _, e := range objects {
		all[e.Namespace+"/"+e.Name] = e
	}
	return all, nil
}

func recordOf(kind Kind, o *object, endpoints map[string]*externaldnsv1alpha1.DNSEndpoint, servers nameServers) (Record, error) {
	name := o.Namespace + "/" + kind.prefix + o.Name
	r := Record{Kind: kind.Name, Namespace: o.Namespace, Name: o.Name, published: endpoint{name, endpoints[name]}, Findings: []check.Finding{}}
	var err error
	if r.Server, r.ServerFrom, err = servers.of(o.Spec.DomainRef); err != nil {
		return r, fmt.Errorf("%s %s/%s: %w", kind.Name, o.Namespace, o.Name, err)
	}
	for _, c := range o.Status.Conditions {
		if c.Status != metav1.ConditionTrue {
			r.Conditions = append(r.Conditions, c)
		}
	}
	if r.unseen = o.Status.ObservedGeneration < o.Generation; r.unseen {
		r.Notes = append(r.Notes, fmt.Sprintf("the controller has not seen generation %d of the record: does it run?", o.Generation))
	}
	r.want = r.published.sets()
	return r, nil
}

// sets are the record sets of a DNSEndpoint.
func (e endpoint) sets() []dns.RecordSet {
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
func (r *Record) isReady() bool {
	return meta.FindStatusCondition(r.Conditions, multiclusterdnsv1alpha1.Ready) == nil
}
