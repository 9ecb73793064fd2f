package federation_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/federationtest"
)

func TestMembersKeepTheContract(t *testing.T) {
	federationtest.TestRegistry(t, func(*testing.T) federationtest.Fixture {
		members, source := federation.Unknown(), federation.NewMembers()
		opened := false
		both := func(change func(*federation.Members)) {
			change(source)
			if opened {
				change(members)
			}
		}
		return federationtest.Fixture{
			Registry: members,
			Open: func() {
				opened = true
				members.Replace(source.Snapshot())
			},
			Put: func(name federation.ClusterName) {
				both(func(m *federation.Members) { m.Put(federation.Cluster{Name: name}) })
			},
			Remove: func(name federation.ClusterName) { both(func(m *federation.Members) { m.Remove(name) }) },
			Relabel: func(name federation.ClusterName, set labels.Set) {
				both(func(m *federation.Members) { m.Put(federation.Cluster{Name: name, Labels: set}) })
			},
			Taint: func(name federation.ClusterName, taints ...corev1.Taint) {
				both(func(m *federation.Members) { m.Put(federation.Cluster{Name: name, Taints: taints}) })
			},
		}
	})
}

// A registry that learns of changes later, from another goroutine, and that can
// lose its source, passes the suite too.
func TestMembersThatFollowASourceKeepTheContract(t *testing.T) {
	federationtest.TestRegistry(t, func(t *testing.T) federationtest.Fixture {
		members, source := federation.Unknown(), federation.NewMembers()
		ctx, cancel := context.WithCancel(t.Context())
		var following sync.WaitGroup
		t.Cleanup(func() { cancel(); following.Wait() })
		return federationtest.Fixture{
			Registry: members,
			Open: func() {
				following.Go(func() {
					for set := range source.Watch(ctx) {
						members.Replace(set)
					}
				})
			},
			Put:    func(name federation.ClusterName) { source.Put(federation.Cluster{Name: name}) },
			Remove: source.Remove,
			Relabel: func(name federation.ClusterName, set labels.Set) {
				source.Put(federation.Cluster{Name: name, Labels: set})
			},
			Silence: cancel,
		}
	})
}

func TestNewMembersKnowWhoTheyAre(t *testing.T) {
	for name, c := range map[string]struct {
		members *federation.Members
		want    []federation.ClusterName
	}{
		"none":     {federation.NewMembers(), []federation.ClusterName{}},
		"unsorted": {federation.NewMembers(federation.Cluster{Name: "b"}, federation.Cluster{Name: "a"}), []federation.ClusterName{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, c.members.Snapshot().Names())
			for set := range c.members.Watch(t.Context()) {
				require.Equal(t, c.want, set.Names())
				break
			}
		})
	}
}

func TestPutTakesThePlaceOfTheOneWithItsName(t *testing.T) {
	members := federation.NewMembers(federation.Cluster{Name: "a", Region: "eu"}, federation.Cluster{Name: "b"})
	members.Put(federation.Cluster{Name: "a", Region: "us"})
	require.Equal(t, federation.NewClusterSet(federation.Cluster{Name: "a", Region: "us"}, federation.Cluster{Name: "b"}), members.Snapshot())
}

func TestRemoveOfOneThatIsNotThereChangesNothing(t *testing.T) {
	members := federation.Unknown()
	members.Remove("a") // which does not make an unknown federation an empty one
	go func() {
		members.Put(federation.Cluster{Name: "b"})
		members.Complete()
	}()
	for set := range members.Watch(t.Context()) {
		require.Equal(t, []federation.ClusterName{"b"}, set.Names())
		break
	}
}

func TestMembersAreKnownWhenAllWerePut(t *testing.T) {
	members := federation.Unknown()
	members.Put(federation.Cluster{Name: "a"})
	members.Put(federation.Cluster{Name: "b"})
	require.Zero(t, members.Snapshot().Len())
	members.Complete()
	require.Equal(t, []federation.ClusterName{"a", "b"}, members.Snapshot().Names())
}

func TestWhatChangesNothingWakesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := federation.Cluster{Name: "a", Labels: labels.Set{"tier": "gold"}}
		members := federation.NewMembers(a)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		yielded := 0
		go func() {
			for range members.Watch(ctx) {
				yielded++
			}
		}()
		for _, same := range []func(){
			func() { members.Put(a) },
			func() { members.Replace(members.Snapshot()) },
			func() { members.Remove("b") },
			members.Complete,
		} {
			same()
			synctest.Wait()
		}
		require.Equal(t, 1, yielded)
	})
}
