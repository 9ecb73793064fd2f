package pull_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/federationtest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/pull"
	"github.com/fedrail/fedrail/propagation/push"
)

// reachable are all members of a federation, and how to reach some.
type reachable struct {
	federation.Registry
	configs map[federation.ClusterName]*rest.Config
}

func (r reachable) Config(name federation.ClusterName) (*rest.Config, error) {
	config, known := r.configs[name]
	if !known {
		return nil, federation.ErrClusterNotFound
	}
	return rest.CopyConfig(config), nil
}

// TestSomeFetchAndOthersAreWrittenTo in one federation.
func TestSomeFetchAndOthersAreWrittenTo(t *testing.T) {
	host := servers.Fresh(t, "host")[0]
	members := servers.Shared(t, "member1", "member2")
	b := &bed{Bed: testbed.New(t, host, members, configMaps), want: []map[string]string{{}, {}}, agents: make([]func(), 2)}
	admit(t, host, "member1", labels.Set{"name": "member1"})
	fetching := registryOf(t, host)
	written := federation.NewMembers(federation.Cluster{Name: "member2", Ready: true})
	toMember2 := reachable{written, map[federation.ClusterName]*rest.Config{"member2": members[1].Config()}}
	b.Clusters = reachable{Registry: pull.Union(written, fetching)}
	b.Types.Carry = func(c *corev1beta1.FederatedTypeConfig) (propagation.Propagator, error) {
		toHost := dial(t, host.Config(), b.Counter, testbed.HostName)
		pulled, err := pull.New(pull.Options{Client: toHost.objects, Writer: toHost.writer, Type: c.Spec.TargetType.Type()})
		require.NoError(t, err)
		pushed, err := push.New(push.Options{Clusters: toMember2, Type: c.Spec.TargetType.Type()})
		return pull.Beside{Pulling: fetching, Pull: pulled, Others: pushed}, err
	}
	b.startAgent(0)
	b.Run()
	b.UntilReady(testbed.Namespaces(), b.Namespace)
	b.fill(0, 5)
	b.untilHeld()
	b.untilAllReady()
	require.Equal(t, map[string]string{"member1": "", "member2": ""}, b.states("c-000"))
	b.empty()
}

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
