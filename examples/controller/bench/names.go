package main

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"

	"github.com/fedrail/fedrail/dns/externaldns"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/propagation/budget"
)

// naming is a host with many records, and the controller that publishes them. The
// controller has clients of its own, of which each request is counted.
type naming struct {
	bench
	clusters   []federation.Cluster // while they are ready
	members    *federation.Members
	host       dynamic.Interface
	controller *externaldns.Controller
	counter    *budget.Counter
	wanted     map[bool]answers // by whether the first cluster is ready
	seen       *sighting
}

// kept is for how long the records keep a cluster that is not ready.
const kept = 30 * time.Second

// newNaming makes the host have all objects. The controller does not run yet.
func newNaming(ctx context.Context, b bench, g *ground) (*naming, error) {
	n := &naming{bench: b, members: federation.NewMembers(), counter: budget.New()}
	for i := range b.serviceClusters {
		n.clusters = append(n.clusters, zoned(i))
		n.members.Put(n.clusters[i])
	}
	var err error
	if n.wanted, err = expect(ctx, n.clusters, n.services); err != nil {
		return nil, err
	}
	if n.host, err = dynamic.NewForConfig(g.host.Config()); err != nil {
		return nil, err
	}
	if n.seen, err = newSighting(n.host); err != nil {
		return nil, err
	}
	if err := n.furnish(ctx, g); err != nil {
		return nil, err
	}
	return n, n.control(g)
}

// zoned is the i-th cluster, ready, in one of four regions and a zone of its own.
func zoned(i int) federation.Cluster {
	region := fmt.Sprintf("region-%d", i%4)
	return federation.Cluster{Name: member(i), Ready: true, Turned: time.Now(), Region: region, Zones: []string{fmt.Sprintf("%s-%d", region, i/4)}}
}

// control makes the controller.
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
		Client: client, Writer: writer, Registry: n.members,
		Exposures: newPretended(n.clusters, n.services), Placements: newEverywhere(n.clusters),
	})
	return err
}

// furnish makes the host have a Domain, and of each Service the federated object and
// the record.
func (n *naming) furnish(ctx context.Context, g *ground) error {
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
	if err := n.create(ctx, v1alpha1.Domains(), corev1beta1.DefaultNamespace, "Domain", domainName, fields{"domain": domain}); err != nil {
		return err
	}
	n.say("declaring %d Services, and a record of each", n.services)
	todo := newStage[int](n.services)
	for i := range n.services {
		todo.put(i)
	}
	return together(ctx, times(declarers, todo.each(n.declare))...)
}

// fields is an object of JSON.
type fields = map[string]any

// declare creates a federated Service, and its record.
func (n *naming) declare(ctx context.Context, i int) error {
	services := schema.GroupVersionResource{Group: "types.kubefed.io", Version: "v1beta1", Resource: "federatedservices"}
	everywhere := fields{"template": fields{"spec": fields{}}, "placement": fields{"clusterSelector": fields{}}}
	if err := n.create(ctx, services, controlled().namespace, "FederatedService", service(i), fields{"spec": everywhere}); err != nil {
		return err
	}
	failover := fields{"keepSeconds": int64(kept / time.Second), "returnSeconds": int64(0)}
	return n.create(ctx, v1alpha1.ServiceDNSRecords(), controlled().namespace, "ServiceDNSRecord", service(i),
		fields{"spec": fields{"domainRef": domainName, "failover": failover}})
}

func (n *naming) create(ctx context.Context, of schema.GroupVersionResource, namespace, kind, name string, content fields) error {
	content["apiVersion"], content["kind"], content["metadata"] = of.GroupVersion().String(), kind, fields{"name": name}
	_, err := n.host.Resource(of).Namespace(namespace).Create(ctx, &unstructured.Unstructured{Object: content}, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("create %s %s: %w", kind, name, err)
	}
	return nil
}
