package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/dns/externaldns"
	"github.com/fedrail/fedrail/examples/controller/setup"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	"github.com/fedrail/fedrail/internal/sources"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/status"
)

// naming is a host with many records, and the controller that publishes them.
type naming struct {
	bench
	members    *federation.Members
	controller *externaldns.Controller
	counter    *budget.Counter
	endpoints  sources.Source
	wanted     map[bool][][]string // by whether the first cluster is ready, the records of each Service

	mu   sync.Mutex
	seen [][]string
}

// kept is for how long the records keep a cluster that is not ready.
const kept = 30 * time.Second

// newNaming makes the host have all objects. The controller does not run yet.
func newNaming(ctx context.Context, b bench, g *ground) (*naming, error) {
	n := &naming{bench: b, members: federation.NewMembers(), counter: budget.New(), seen: make([][]string, b.services)}
	for i := range flapping {
		n.members.Put(n.cluster(i))
	}
	if err := n.expect(ctx); err != nil {
		return nil, err
	}
	client, err := dynamic.NewForConfig(g.host.Config())
	if err != nil {
		return nil, err
	}
	if err := n.furnish(ctx, g, client); err != nil {
		return nil, err
	}
	n.endpoints = sources.New(client, federation.Type{Group: externaldnsv1alpha1.Group, Version: externaldnsv1alpha1.Version,
		Kind: "DNSEndpoint", Resource: "dnsendpoints", Scope: federation.NamespaceScoped}, controlled().namespace)
	if err := n.endpoints.OnChange(func(_, now *unstructured.Unstructured) { n.see(now) }); err != nil {
		return nil, err
	}
	return n, n.control(g)
}

// control makes the controller, with each of its requests counted.
func (n *naming) control(g *ground) error {
	config := g.host.Config()
	config.Wrap(n.counter.Wrap(hostName))
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	writer, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	n.controller, err = externaldns.New(externaldns.Options{
		Client: client, Writer: writer, Registry: n.members, Exposures: pretended{}, Placements: everywhere{}, Workers: 8,
	})
	return err
}

// cluster is the i-th, in one of four regions, while it is ready.
func (n *naming) cluster(i int) federation.Cluster {
	region := fmt.Sprintf("region-%d", i%4)
	return federation.Cluster{Name: member(i), Ready: true, Turned: time.Now(), Region: region, Zones: []string{fmt.Sprintf("%s-%d", region, i/4)}}
}

// away is a cluster that is not ready since a time.
func away(c federation.Cluster, since time.Time) federation.Cluster {
	c.Ready, c.Turned, c.Message = false, since, "no answer"
	return c
}

func published(i int) string { return fmt.Sprintf("web-%05d", i) }

// addressOf is that of a Service in a cluster.
func addressOf(service string, cluster federation.ClusterName) string {
	var i, j int
	_, _ = fmt.Sscanf(service, "web-%d", &i)            // they are made like that
	_, _ = fmt.Sscanf(string(cluster), "member-%d", &j) // so are these
	return fmt.Sprintf("10.%d.%d.%d", j, i/250, 1+i%250)
}

// expect works out which records there should be.
func (n *naming) expect(ctx context.Context) error {
	n.wanted = map[bool][][]string{}
	for _, ready := range []bool{true, false} {
		for i := range n.services {
			r := dns.Request{Namespace: controlled().namespace, Name: published(i), DomainRef: "prod", Domain: "example.com"}
			for c := range n.members.Snapshot().All() {
				r.Endpoints = append(r.Endpoints, dns.Endpoint{Cluster: c.Name, Region: c.Region, Zones: c.Zones,
					Ready: ready || c.Name != member(0), Addresses: []string{addressOf(r.Name, c.Name)}})
			}
			result, err := dns.Levels{Fallback: dns.Answer}.Build(ctx, r)
			if err != nil {
				return err
			}
			var lines []string
			for _, set := range result.Records {
				lines = append(lines, fmt.Sprint(set.Name, set.Type, set.Targets, set.TTL))
			}
			n.wanted[ready] = append(n.wanted[ready], lines)
		}
	}
	return nil
}

func (n *naming) want(i int, ready bool) []string { return n.wanted[ready][i] }

// see takes a DNSEndpoint over.
func (n *naming) see(o *unstructured.Unstructured) {
	if o == nil {
		return
	}
	var e externaldnsv1alpha1.DNSEndpoint
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &e); err != nil {
		return // it is never right then
	}
	var lines []string
	for _, r := range e.Spec.Endpoints {
		lines = append(lines, fmt.Sprint(r.DNSName, r.RecordType, r.Targets, r.RecordTTL))
	}
	var i int
	if _, err := fmt.Sscanf(e.Name, "service-web-%d", &i); err == nil && i < len(n.seen) {
		n.mu.Lock()
		n.seen[i] = lines
		n.mu.Unlock()
	}
}

// watch reads DNSEndpoints until ctx ends.
func (n *naming) watch(ctx context.Context) { n.endpoints.Run(ctx) }

// far says how many DNSEndpoints there are.
func (n *naming) far() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	there := len(n.seen) - len(slices.DeleteFunc(slices.Clone(n.seen), func(l []string) bool { return l != nil }))
	return fmt.Sprintf("%d of %d DNSEndpoints", there, n.services)
}

// furnish makes the host have a Domain, and of each Service the federated object and
// the record.
func (n *naming) furnish(ctx context.Context, g *ground, client dynamic.Interface) error {
	host := setup.Host{Config: g.host.Config(), Namespace: corev1beta1.DefaultNamespace}
	if err := host.Install(ctx); err != nil {
		return err
	}
	if err := host.Enable(ctx, corev1beta1.NamespacesTypeConfig, "services"); err != nil {
		return err
	}
	if err := addNamespace(ctx, g.host, controlled().namespace); err != nil {
		return err
	}
	create := func(ctx context.Context, of schema.GroupVersionResource, namespace, kind, name string, more map[string]any) error {
		more["apiVersion"], more["kind"], more["metadata"] = of.GroupVersion().String(), kind, map[string]any{"name": name}
		_, err := client.Resource(of).Namespace(namespace).Create(ctx, &unstructured.Unstructured{Object: more}, metav1.CreateOptions{})
		return err
	}
	if err := create(ctx, v1alpha1.Domains(), corev1beta1.DefaultNamespace, "Domain", "prod", map[string]any{"domain": "example.com"}); err != nil {
		return err
	}
	n.say("declaring %d Services, and a record of each", n.services)
	todo := newStage[int](n.services)
	for i := range n.services {
		todo.put(i)
	}
	services := schema.GroupVersionResource{Group: "types.kubefed.io", Version: "v1beta1", Resource: "federatedservices"}
	return together(ctx, times(8, todo.each(func(ctx context.Context, i int) error {
		err := create(ctx, services, controlled().namespace, "FederatedService", published(i), map[string]any{"spec": map[string]any{
			"template": map[string]any{"spec": map[string]any{}}, "placement": map[string]any{"clusterSelector": map[string]any{}}}})
		if err != nil {
			return err
		}
		return create(ctx, v1alpha1.ServiceDNSRecords(), controlled().namespace, "ServiceDNSRecord", published(i), map[string]any{"spec": map[string]any{
			"domainRef": "prod", "failover": map[string]any{"keepSeconds": int64(kept / time.Second), "returnSeconds": int64(0)}}})
	}))...)
}

// pretended is members that hold every Service, each with an address of its own.
type pretended struct{}

// Follow implements externaldns.Exposures.
func (pretended) Follow(string, exposure.Following) {}

// Release implements externaldns.Exposures.
func (pretended) Release(string) {}

// Look implements externaldns.Exposures.
func (pretended) Look(cluster federation.ClusterName, s exposure.Subject) (exposure.Exposure, error) {
	return exposure.Exposure{Found: true, LoadBalancer: true, Addresses: []string{addressOf(s.Name, cluster)}, ReadyEndpoints: 1}, nil
}

// everywhere is that every object is in all clusters.
type everywhere struct{}

// Look implements externaldns.Placements.
func (everywhere) Look(_ federation.Type, key propagation.Key) (propagation.Picture, bool) {
	p := propagation.Picture{Key: key}
	for i := range flapping {
		p.Clusters = append(p.Clusters, status.Observation{Cluster: member(i)})
	}
	return p, true
}
