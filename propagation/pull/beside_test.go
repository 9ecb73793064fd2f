package pull_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/federationtest"
	"github.com/fedrail/fedrail/propagation/pull"
)

// TestUnionKeepsTheContract, with one of two registries still to be filled.
func TestUnionKeepsTheContract(t *testing.T) {
	federationtest.TestRegistry(t, func(*testing.T) federationtest.Fixture {
		late, first := federation.Unknown(), federation.NewMembers()
		var before []federation.Cluster
		opened := false
		return federationtest.Fixture{
			Registry: pull.Union(first, late),
			Open: func() {
				opened = true
				late.Replace(federation.NewClusterSet(before...))
			},
			Put: func(name federation.ClusterName) {
				if c := (federation.Cluster{Name: name}); opened {
					late.Put(c)
				} else {
					before = append(before, c)
				}
			},
			Remove: late.Remove,
			Relabel: func(name federation.ClusterName, set labels.Set) {
				late.Put(federation.Cluster{Name: name, Labels: set})
			},
		}
	})
}
