package main

import (
	"context"
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	"github.com/fedrail/fedrail/internal/sources"
)

// sighting is what DNSEndpoints say, as it is seen by somebody who watches them and
// counts those that are right.
type sighting struct {
	source sources.Source

	mu     sync.Mutex
	says   answers
	wanted answers
	right  int
	all    chan struct{} // closed when all are; nil then
}

func newSighting(host dynamic.Interface) (*sighting, error) {
	s := &sighting{says: answers{}, source: sources.New(host, federation.Type{Group: externaldnsv1alpha1.Group,
		Version: externaldnsv1alpha1.Version, Kind: "DNSEndpoint", Resource: "dnsendpoints", Scope: federation.NamespaceScoped}, controlled().namespace)}
	return s, s.source.OnChange(s.see)
}

// watch reads DNSEndpoints until ctx ends.
func (s *sighting) watch(ctx context.Context) { s.source.Run(ctx) }

// want says what is right from now on. The channel is closed when all are.
func (s *sighting) want(wanted answers) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(chan struct{})
	s.wanted, s.right, s.all = wanted, s.says.right(wanted), all
	s.tellLocked()
	return all
}

// see takes over what a DNSEndpoint says, and counts.
func (s *sighting) see(before, now *unstructured.Unstructured) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := sources.Either(before, now).GetName()
	if s.says.isRight(name, s.wanted) {
		s.right--
	}
	if now == nil || s.says.take(now) != nil {
		delete(s.says, name) // it is not right
	}
	if s.says.isRight(name, s.wanted) {
		s.right++
	}
	s.tellLocked()
}

func (s *sighting) tellLocked() {
	if s.all != nil && s.right == len(s.wanted) {
		close(s.all)
		s.all = nil
	}
}

// far is for people.
func (s *sighting) far() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("%d of %d DNSEndpoints are right", s.right, len(s.wanted))
}
