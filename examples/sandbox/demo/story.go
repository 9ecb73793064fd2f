package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// story is what a demo shows.
type story struct {
	members int      // how many clusters there are beside the host
	joined  int      // how many of them are members from the beginning
	places  []string // flags that say where the clusters are; nil is as they are
	tries   string   // what to try when all is kept
	steps   func(*demo) []step
}

// stories are all there are, by name.
func stories() map[string]story {
	return map[string]story{
		"shop": {members: 3, joined: 3, steps: (*demo).shopSteps, tries: `  kubectl get federateddeployments,federatedconfigmaps -n shop
  kubectl --context member1 get all -n shop
  kubectl -n shop patch federateddeployment web --type=merge -p '{"spec":{"placement":{"clusters":[{"name":"member2"}]}}}'
`},
		"names": {members: 3, joined: 3, places: regions(), steps: (*demo).nameSteps, tries: `  kubectl get servicednsrecord web -n shop -o yaml
  kubectl get dnsendpoint service-web -n shop -o yaml
  dig @127.0.0.1 web.shop.prod.svc.us.fed.example.test   # with -p and the port that bind9 answers on, above
`},
		"replicas": {members: 4, joined: 3, steps: (*demo).replicaSteps, tries: `  kubectl get replicaschedulingpreference web -n shop -o yaml
  kubectl get federateddeployment web -n shop -o yaml
  kubectl -n shop patch replicaschedulingpreference web --type=merge -p '{"spec":{"totalReplicas":60}}'
`},
	}
}

// storyOf is the story of that name.
func storyOf(name string) (story, error) {
	all := stories()
	s, known := all[name]
	if !known {
		return story{}, fmt.Errorf("--story %q: there are %s", name, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	}
	return s, nil
}

// shopSteps are those of one application, from its first copy to its last.
func (d *demo) shopSteps() []step {
	steps := []step{
		{"clusters: a host and three members, with nodes that pretend", d.startClusters, d.claimClusters},
		{"federation: definitions, types and members on the host", d.federate, d.claimNoAdministrator},
		{"controller: the reference controller, as a process of its own", d.startController, d.claimMembersReady},
		{"sample: a shop, declared once on the host", d.applySample, d.claimSample},
		{"overrides: what differs from member to member", nil, d.claimOverrides},
		{"outage: member2 stops answering, and the shop changes", d.breakMember, d.claimOthersCarryOn},
		{"recovery: member2 answers again", d.mendMember, d.claimConverged},
		{"placement: the promotion moves from member1 to member2, the ingress from member1 to member3", d.move, d.claimMoved},
		{"deletion: the shop closes", d.deleteSample, d.claimNothingLeft},
	}
	if d.end == keepRunning {
		steps = append(steps, step{"sample: once more, to look at", d.applySample, d.claimSample})
	}
	return steps
}
