package main

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/failover"
	"github.com/fedrail/fedrail/federation"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// domainName is the name of the Domain, and domain what it is.
const domainName, domain = "prod", "example.com"

// answers are what DNSEndpoints say, line by line, each by its name.
type answers map[string]string

// linesOf are lines in an order of their own, so that they can be compared.
func linesOf(lines []string) string {
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func line(name, recordType string, targets []string, ttl int64) string {
	return fmt.Sprintf("%s %d %s %v", name, ttl, recordType, targets)
}

// expect works out what the DNSEndpoints should say while the first cluster is
// ready, and while it is not.
func expect(ctx context.Context, clusters []federation.Cluster, services int) (map[bool]answers, error) {
	wanted := map[bool]answers{true: {}, false: {}}
	for ready, all := range wanted {
		for i := range services {
			made, err := dns.Levels{Fallback: dns.Answer}.Build(ctx, requestOf(clusters, i, ready))
			if err != nil {
				return nil, err
			}
			var lines []string
			for _, r := range made.Records {
				lines = append(lines, line(r.Name, string(r.Type), r.Targets, r.TTL))
			}
			all["service-"+service(i)] = linesOf(lines)
		}
	}
	return wanted, nil
}

// requestOf is what the names of the i-th Service are made from.
func requestOf(clusters []federation.Cluster, i int, firstReady bool) dns.Request {
	r := dns.Request{Namespace: controlled().namespace, Name: service(i), DomainRef: domainName, Domain: domain}
	for j, c := range clusters {
		r.Endpoints = append(r.Endpoints, dns.Endpoint{Cluster: c.Name, Region: c.Region, Zones: c.Zones,
			Ready: firstReady || j > 0, Addresses: []string{address(i, j)}})
	}
	return r
}

// take takes over what a DNSEndpoint says.
func (a answers) take(o *unstructured.Unstructured) error {
	var e externaldnsv1alpha1.DNSEndpoint
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &e); err != nil {
		return fmt.Errorf("DNSEndpoint %s: %w", o.GetName(), err)
	}
	var lines []string
	for _, r := range e.Spec.Endpoints {
		lines = append(lines, line(r.DNSName, r.RecordType, r.Targets, int64(r.RecordTTL)))
	}
	a[e.Name] = linesOf(lines)
	return nil
}

// isRight says of a DNSEndpoint whether it is wanted, there, and as it should be.
func (a answers) isRight(name string, wanted answers) bool {
	want, is := wanted[name]
	says, there := a[name]
	return is && there && says == want
}

// right is how many of the wanted are as they should be.
func (a answers) right(wanted answers) (n int) {
	for name := range wanted {
		if a.isRight(name, wanted) {
			n++
		}
	}
	return n
}

// check says what is not as it should be.
func (a answers) check(wanted answers) error {
	for name, says := range a {
		want, is := wanted[name]
		if !is {
			return fmt.Errorf("%s should not be there", name)
		}
		if says != want {
			return fmt.Errorf("%d of %d DNSEndpoints are right, and %s is not: it says\n%s\nand should say\n%s", a.right(wanted), len(wanted), name, says, want)
		}
	}
	if len(a) < len(wanted) {
		return fmt.Errorf("%d of %d DNSEndpoints are missing", len(wanted)-len(a), len(wanted))
	}
	return nil
}

// differing is how many are not as they were before.
func differing[T any](before, now map[string]T) (n int) {
	for name, its := range now {
		if was, there := before[name]; !there || !reflect.DeepEqual(was, its) {
			n++
		}
	}
	return n
}

// view is all that is published, and told.
type view struct {
	answers  answers
	statuses map[string]v1alpha1.DNSRecordStatus
}

// look reads everything from the host.
func (n *naming) look(ctx context.Context) (view, error) {
	v := view{answers{}, map[string]v1alpha1.DNSRecordStatus{}}
	err := n.each(ctx, externaldnsv1alpha1.DNSEndpoints(), v.answers.take)
	if err != nil {
		return v, err
	}
	return v, n.each(ctx, v1alpha1.ServiceDNSRecords(), func(o *unstructured.Unstructured) error {
		var r v1alpha1.ServiceDNSRecord
		err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &r)
		v.statuses[o.GetName()] = r.Status
		return err
	})
}

func (n *naming) each(ctx context.Context, of schema.GroupVersionResource, do func(*unstructured.Unstructured) error) error {
	list, err := n.host.Resource(of).Namespace(controlled().namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("list %s: %w", of.Resource, err)
	}
	for i := range list.Items {
		if err := do(&list.Items[i]); err != nil {
			return err
		}
	}
	return nil
}

// check says what is not as it should be while the first cluster is ready, or not.
func (n *naming) check(v view, ready bool) error {
	if err := v.answers.check(n.wanted[ready]); err != nil {
		return err
	}
	for name, s := range v.statuses {
		if err := n.checkStatus(s, ready); err != nil {
			return fmt.Errorf("the status of record %s: %w", name, err)
		}
	}
	return nil
}

// checkStatus checks that a status names every cluster, and says how it stands.
func (n *naming) checkStatus(s v1alpha1.DNSRecordStatus, ready bool) error {
	if len(s.DNS) != len(n.clusters) {
		return fmt.Errorf("it names %d clusters, want %d", len(s.DNS), len(n.clusters))
	}
	for i, told := range s.DNS {
		want := failover.Serving
		if i == 0 && !ready {
			want = failover.NotReady
		}
		if told.Cluster != string(n.clusters[i].Name) || told.Reason != string(want) {
			return fmt.Errorf("it says that %s is %s, want %s %s", told.Cluster, told.Reason, n.clusters[i].Name, want)
		}
	}
	return nil
}
