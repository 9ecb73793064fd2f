package externaldns

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/dns/failover"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// entry is a record of any kind, as it was read.
type entry struct {
	kind
	object *unstructured.Unstructured // must not be changed
	v1alpha1.DNSRecordOptions
	domainRef        string
	service          v1alpha1.ServiceDNSRecordSpec // zero for other kinds
	hosts            []string                      // nil for a service
	withoutEndpoints bool
	status           v1alpha1.DNSRecordStatus
}

// read reads a record.
func (k kind) read(object *unstructured.Unstructured) (entry, error) {
	e := entry{kind: k, object: object}
	if k.Kind == ServiceDNSRecord {
		var r v1alpha1.ServiceDNSRecord
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &r); err != nil {
			return entry{}, fmt.Errorf("read %s: %w", idOf(k, object), err)
		}
		e.service, e.domainRef, e.withoutEndpoints = r.Spec, r.Spec.DomainRef, r.Spec.AllowServiceWithoutEndpoints
		e.DNSRecordOptions, e.status = r.Spec.DNSRecordOptions, r.Status
		return e, nil
	}
	var r v1alpha1.IngressDNSRecord // a GatewayDNSRecord has the same fields
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &r); err != nil {
		return entry{}, fmt.Errorf("read %s: %w", idOf(k, object), err)
	}
	e.hosts, e.domainRef, e.withoutEndpoints = append([]string{}, r.Spec.Hosts...), r.Spec.DomainRef, true
	e.DNSRecordOptions, e.status = r.Spec.DNSRecordOptions, r.Status
	return e, nil
}

func idOf(k kind, object *unstructured.Unstructured) id {
	return id{Kind: k.Kind, Namespace: object.GetNamespace(), Name: object.GetName()}
}

func (e entry) id() id { return idOf(e.kind, e.object) }

// subject is what the record gives names to.
func (e entry) subject() exposure.Subject {
	return exposure.Subject{Kind: e.exposes, Namespace: e.object.GetNamespace(), Name: e.object.GetName()}
}

// endpointName is the name of the DNSEndpoint.
func (e entry) endpointName() string { return e.prefix + e.object.GetName() }

// The times of a record that says nothing else.
const (
	defaultKeep   = 30 * time.Second
	defaultReturn = 10 * time.Second
)

// policy is what becomes of clusters that fail.
func (e entry) policy() failover.Policy {
	return failover.Policy{Keep: seconds(e.Failover.KeepSeconds, defaultKeep), Return: seconds(e.Failover.ReturnSeconds, defaultReturn)}
}

func seconds(n *int64, otherwise time.Duration) time.Duration {
	if n == nil {
		return otherwise
	}
	return time.Duration(*n) * time.Second
}
