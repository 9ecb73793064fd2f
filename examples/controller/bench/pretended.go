package main

import (
	"fmt"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// service is the name of the i-th Service.
func service(i int) string { return fmt.Sprintf("web-%05d", i) }

// address is that of the i-th Service in the j-th cluster. No two have the same, in
// as many of both as the command line allows.
func address(i, j int) string { return fmt.Sprintf("10.%d.%d.%d", j, i/250, 1+i%250) }

// pretended is clusters that hold every Service: its address by where it is.
type pretended map[place][]string

type place struct {
	cluster federation.ClusterName
	service string
}

func newPretended(clusters []federation.Cluster, services int) pretended {
	p := pretended{}
	for j, c := range clusters {
		for i := range services {
			p[place{c.Name, service(i)}] = []string{address(i, j)}
		}
	}
	return p
}

// Follow implements externaldns.Exposures. Nothing ever changes.
func (pretended) Follow(string, exposure.Following) {}

// Release implements externaldns.Exposures.
func (pretended) Release(string) {}

// Look implements externaldns.Exposures.
func (p pretended) Look(cluster federation.ClusterName, s exposure.Subject) (exposure.Exposure, error) {
	addresses, found := p[place{cluster, s.Name}]
	return exposure.Exposure{Found: found, LoadBalancer: found, Addresses: addresses, ReadyEndpoints: len(addresses)}, nil
}

// everywhere is that every object is in all of these clusters.
type everywhere []status.Observation

func newEverywhere(clusters []federation.Cluster) (e everywhere) {
	for _, c := range clusters {
		e = append(e, status.Observation{Cluster: c.Name})
	}
	return e
}

// Look implements externaldns.Placements.
func (e everywhere) Look(_ federation.Type, key propagation.Key) (propagation.Picture, bool) {
	p := propagation.Picture{Key: key}
	p.Clusters = e
	return p, true
}
