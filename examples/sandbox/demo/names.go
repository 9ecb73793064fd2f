package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/examples/controller/sample"
	multiclusterdnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

//go:embed names.yaml
var namesManifest string

// common is what all names of the Service of the manifest begin with, zone the zone
// that they are in.
const (
	zone   = "fed.example.test"
	common = "web.shop.prod.svc."
)

// regions are where the clusters are: two in one region, one in the other.
func regions() []string {
	return []string{"--region=member2=eu", "--region=member3=us", "--zone=member1=eu-a", "--zone=member2=eu-b", "--zone=member3=us-a"}
}

// everywhere are the answers while all clusters serve.
func everywhere() answers {
	return answers{
		common + zone:              {"192.0.2.1", "192.0.2.2", "192.0.2.3"},
		common + "eu." + zone:      {"192.0.2.1", "192.0.2.2"},
		common + "us." + zone:      {"192.0.2.3"},
		common + "eu-a.eu." + zone: {"192.0.2.1"},
		common + "eu-b.eu." + zone: {"192.0.2.2"},
		common + "us-a.us." + zone: {"192.0.2.3"},
		"shop." + zone:             {"192.0.2.1", "192.0.2.2", "192.0.2.3"},
		"old." + zone:              {"198.51.100.1"}, // somebody else's
	}
}

// withoutUS are those while the one cluster in us does not serve: its names lead to
// the next level that has an address.
func withoutUS() answers {
	a := everywhere()
	for _, name := range []string{common + zone, common + "us." + zone, common + "us-a.us." + zone, "shop." + zone} {
		a[name] = []string{"192.0.2.1", "192.0.2.2"}
	}
	return a
}

// withoutAny are those when the record is gone.
func withoutAny() answers {
	a := everywhere()
	for name := range a {
		if name != "old."+zone {
			a[name] = nil
		}
	}
	return a
}

// nameSteps are those of one Service and its names.
func (d *demo) nameSteps() []step {
	steps := []step{
		{"clusters: a host and three members, two in the region eu and one in us", d.startClusters, d.claimClusters},
		{"federation: definitions, types and members on the host", d.federate, d.claimNoAdministrator},
		{"controller: the reference controller, as a process of its own", d.startController, d.claimMembersReady},
		{"DNS: bind9 with a zone of somebody's, and external-dns, which may change it", d.startDNS, d.answer(answers{"old." + zone: {"198.51.100.1"}})},
		{"names: a Service of type LoadBalancer in each member, and a ServiceDNSRecord", d.declareNames, d.answer(everywhere())},
		{"outage: member3, the only one in us, stops answering", d.strike("pause", "member3"), d.answer(withoutUS())},
		{"recovery: member3 answers again", d.strike("continue", "member3"), d.answer(everywhere())},
		{"no pods: the Deployment leaves member3, its Service stays", d.narrow, d.answer(withoutUS())},
		{"pods again: it comes back", d.widen, d.answer(everywhere())},
		{"drain: member3 is drained, and its addresses leave before its Service does", d.drainLast, d.claimAddressesLeftFirst},
		{"end of the drain", d.endDrain, d.answer(everywhere())},
		{"deletion: the record goes, and with it all its names", d.deleteRecord, d.claimNamesGone},
	}
	if d.end == keepRunning {
		steps = append(steps, step{"names: once more, to look at", d.declareNames, d.answer(everywhere())})
	}
	return steps
}

func records() resource {
	return resource{multiclusterdnsv1alpha1.ServiceDNSRecords(), sample.Namespace}
}

// declareNames does what "kubectl apply -f names.yaml" would, and what a cloud does
// for Services of type LoadBalancer.
func (d *demo) declareNames(ctx context.Context) error {
	if err := d.applyManifest(ctx, namesManifest); err != nil {
		return err
	}
	d.say("applied a FederatedService, a Domain and a ServiceDNSRecord on the host")
	for i, m := range d.members {
		if err := d.balance(ctx, m, fmt.Sprintf("192.0.2.%d", i+1)); err != nil {
			return err
		}
	}
	d.say("each member's Service has an address, as a cloud would give it")
	return nil
}

// applyManifest does what "kubectl apply" would.
func (d *demo) applyManifest(ctx context.Context, manifest string) error {
	for document := range strings.SplitSeq(manifest, "\n---\n") {
		o := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(document), &o.Object); err != nil {
			return err
		}
		_, err := onHost(o).in(d.host).Apply(ctx, o.GetName(), o, metav1.ApplyOptions{FieldManager: fieldManager, Force: true})
		if err != nil {
			return fmt.Errorf("apply %s %s: %w", o.GetKind(), o.GetName(), err)
		}
	}
	return nil
}

// balance gives the Service in a member an address.
func (d *demo) balance(ctx context.Context, m cluster, address string) error {
	body, err := json.Marshal(map[string]any{"status": map[string]any{"loadBalancer": map[string]any{"ingress": []any{map[string]any{"ip": address}}}}})
	if err != nil {
		return err
	}
	return d.await(ctx, "the Service in "+m.name, func(ctx context.Context) []string {
		_, err := core("services", sample.Namespace).in(m).Patch(ctx, "web", types.MergePatchType, body, metav1.PatchOptions{}, "status")
		if err != nil {
			return []string{err.Error()}
		}
		return nil
	})
}

// narrow takes the Deployment out of member3.
func (d *demo) narrow(ctx context.Context) error {
	return d.merge(ctx, federated(deployments()), "web", `{"spec":{"placement":{"clusterSelector":null,"clusters":[{"name":"member1"},{"name":"member2"}]}}}`)
}

// widen puts it back.
func (d *demo) widen(ctx context.Context) error {
	return d.merge(ctx, federated(deployments()), "web", `{"spec":{"placement":{"clusterSelector":{},"clusters":null}}}`)
}

// drainLast drains member3.
func (d *demo) drainLast(ctx context.Context) error {
	return d.taint("member3", `[{"key":"fedrail.io/drain","effect":"NoExecute"}]`)(ctx)
}

// endDrain takes the taint back, and gives the new Service an address.
func (d *demo) endDrain(ctx context.Context) error {
	if err := d.taint("member3", untainted)(ctx); err != nil {
		return err
	}
	return d.balance(ctx, d.members[2], "192.0.2.3")
}

// claimAddressesLeftFirst waits until DNS names member3 no more, when its Service
// has to be there still, and then until that has gone.
func (d *demo) claimAddressesLeftFirst(ctx context.Context) error {
	if err := d.answer(withoutUS())(ctx); err != nil {
		return err
	}
	there := row{core("services", sample.Namespace), "web", "{.metadata.name}", nil}
	if seen := there.see(ctx, d.members[2]); seen != "web" {
		return fmt.Errorf("the Service in member3: expected that it is there as long as clients may come, saw %s", seen)
	}
	err := d.await(ctx, "the Service to leave member3", func(ctx context.Context) []string {
		if seen := there.see(ctx, d.members[2]); seen != absent {
			return []string{"it is there"}
		}
		return nil
	})
	if err == nil {
		d.proved("the Service left member3 after its address had left DNS")
	}
	return err
}

// deleteRecord does what "kubectl delete servicednsrecord web" would.
func (d *demo) deleteRecord(ctx context.Context) error {
	return records().in(d.host).Delete(ctx, "web", metav1.DeleteOptions{})
}
