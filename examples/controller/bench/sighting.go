package main

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	"github.com/fedrail/fedrail/internal/sources"
)

// sighting is what DNSEndpoints say, as it is seen by somebody who watches them.
type sighting struct {
	source sources.Source

	mu   sync.Mutex
	says answers
}

func newSighting(host dynamic.Interface) (*sighting, error) {
	s := &sighting{says: answers{}, source: sources.New(host, federation.Type{Group: externaldnsv1alpha1.Group,
		Version: externaldnsv1alpha1.Version, Kind: "DNSEndpoint", Resource: "dnsendpoints", Scope: federation.NamespaceScoped}, controlled().namespace)}
	return s, s.source.OnChange(s.see)
}

// watch reads DNSEndpoints until ctx ends.
func (s *sighting) watch(ctx context.Context) { s.source.Run(ctx) }

func (s *sighting) see(before, now *unstructured.Unstructured) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now == nil || s.says.take(now) != nil {
		delete(s.says, sources.Either(before, now).GetName()) // it is not right
	}
}

// right is how many of the wanted are as they should be.
func (s *sighting) right(wanted answers) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.says.right(wanted)
}
