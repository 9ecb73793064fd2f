package failover_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns/failover"
)

type list = []failover.State

func TestAClusterThatIsAwayKeepsItsClientsForAWhile(t *testing.T) {
	f, a, b := film{policy: policy}, cluster("a", "192.0.2.1"), cluster("b", "192.0.2.2")
	require.Equal(t, list{failover.Serving, failover.Serving}, states(f.at(noon, a, b)))

	d := f.at(noon.Add(time.Second), away(a, noon), b)
	require.Equal(t, list{failover.Kept, failover.Serving}, states(d))
	require.Equal(t, []string{"192.0.2.1"}, d.Sites[0].Balancer.Addresses)
	require.Equal(t, noon.Add(30*time.Second), d.Next)
	require.Contains(t, d.Sites[0].Message, "no answer")

	d = f.at(d.Next, away(a, noon), b)
	require.Equal(t, list{failover.NotReady, failover.Serving}, states(d))
	require.True(t, d.Sites[0].Balancer.IsEmpty())
	require.Equal(t, []time.Time{noon}, d.Sites[0].Failures)
	require.Zero(t, d.Next)
}

func TestToKeepNothingWithdrawsAtOnce(t *testing.T) {
	f, a, b := film{}, cluster("a", "192.0.2.1"), cluster("b", "192.0.2.2")
	f.at(noon, a, b)
	require.Equal(t, list{failover.NotReady, failover.Serving}, states(f.at(noon, away(a, noon), b)))
	require.Equal(t, list{failover.Serving, failover.Serving}, states(f.at(noon.Add(time.Second), back(a, noon.Add(time.Second)), b)))
}

func TestWithoutAPauseClientsComeBackInTheSameInstant(t *testing.T) {
	f, a, b := film{policy: failover.Policy{Keep: time.Second}}, cluster("a", "192.0.2.1"), cluster("b", "192.0.2.2")
	turned := noon.Add(time.Second / 3)
	f.at(noon, a, b)
	require.Equal(t, []time.Time{noon}, f.at(turned.Add(time.Minute), away(a, turned), b).Sites[0].Failures, "in whole seconds")
	turned = turned.Add(2 * time.Minute)
	require.Equal(t, list{failover.Serving, failover.Serving}, states(f.at(turned, back(a, turned), b)))
}

func TestAShortAbsenceChangesNothing(t *testing.T) {
	f, a, b := film{policy: policy}, cluster("a", "192.0.2.1"), cluster("b", "192.0.2.2")
	f.at(noon, a, b)
	f.at(noon, away(a, noon), b)
	d := f.at(noon.Add(20*time.Second), back(a, noon.Add(20*time.Second)), b)
	require.Equal(t, list{failover.Serving, failover.Serving}, states(d))
	require.Empty(t, d.Sites[0].Failures)
}

func TestClientsComeBackLaterTheMoreOftenAClusterFailed(t *testing.T) {
	f, a, b := film{policy: policy}, cluster("a", "192.0.2.1"), cluster("b", "192.0.2.2")
	now := noon
	f.at(now, a, b)
	for _, wait := range []time.Duration{10, 20, 40, 80, 160, 320, 600, 600} {
		f.at(now, away(a, now), b)
		f.at(now.Add(30*time.Second), away(a, now), b)
		now = now.Add(31 * time.Second)
		d := f.at(now, back(a, now), b)
		require.Equal(t, list{failover.Returning, failover.Serving}, states(d))
		require.Equal(t, now.Add(wait*time.Second), d.Next)
		now = d.Next
		require.Equal(t, list{failover.Serving, failover.Serving}, states(f.at(now, back(a, now.Add(-wait*time.Second)), b)))
	}
	now = now.Add(2 * failover.Memory)
	f.at(now, away(a, now), b)
	f.at(now.Add(30*time.Second), away(a, now), b)
	now = now.Add(time.Minute)
	d := f.at(now, back(a, now), b)
	require.Equal(t, now.Add(10*time.Second), d.Next, "what is long ago does not count")
	require.Len(t, d.Sites[0].Failures, 1)
}

func TestWhenClientsComeBackIsSettledWhenAClusterIsReadyAgain(t *testing.T) {
	f, a, b := film{policy: policy}, cluster("a", "192.0.2.1"), cluster("b", "192.0.2.2")
	f.at(noon, a, b)
	for now := noon; now.Before(noon.Add(4 * time.Minute)); now = now.Add(time.Minute) {
		f.at(now, away(a, now), b)
		f.at(now.Add(30*time.Second), away(a, now), b)
		f.past["a"] = failover.Past{State: failover.Serving, Failures: f.past["a"].Failures}
	}
	last := noon.Add(failover.Memory - time.Minute)
	f.at(last, away(a, last), b)
	f.at(last.Add(30*time.Second), away(a, last), b)
	turned := noon.Add(failover.Memory - time.Second) // soon the first failures are long ago
	d := f.at(turned, back(a, turned), b)
	require.Equal(t, turned.Add(160*time.Second), d.Next)
	require.Equal(t, d, f.at(d.Next.Add(-time.Second), back(a, turned), b))
	require.Equal(t, list{failover.Serving, failover.Serving}, states(f.at(d.Next, back(a, turned), b)))
}

func TestThereIsAnAnswerAsLongAsAnyIsKnown(t *testing.T) {
	f, a, b := film{policy: policy}, cluster("a", "192.0.2.1"), cluster("b", "192.0.2.2")
	f.at(noon, a, b)
	late := noon.Add(time.Minute)
	require.Equal(t, list{failover.NotReady, failover.Serving}, states(f.at(late, away(a, noon), b)))
	d := f.at(late.Add(time.Minute), away(a, noon), away(b, late))
	require.Equal(t, list{failover.LastResort, failover.LastResort}, states(d))
	require.Contains(t, d.Sites[1].Message, "no other cluster")
	again := f.at(late.Add(2*time.Minute), away(a, noon), away(b, late))
	require.Equal(t, d, again, "and that is settled")

	d = f.at(late.Add(3*time.Minute), back(a, late.Add(3*time.Minute)), away(b, late))
	require.Equal(t, list{failover.Serving, failover.NotReady}, states(d), "the first that is ready takes all")
}

func TestWhoReturnsToNobodyServesAtOnce(t *testing.T) {
	f, a, b := film{policy: policy}, cluster("a", "192.0.2.1"), cluster("b", "192.0.2.2")
	f.at(noon, a, b)
	f.at(noon.Add(time.Minute), away(a, noon), b)
	empty := b
	empty.Sight = failover.Sight{Lacks: failover.NoEndpoints, Message: "no pod is ready"}
	now := noon.Add(2 * time.Minute)
	require.Equal(t, list{failover.Serving, failover.NoEndpoints}, states(f.at(now, back(a, now), empty)))
}

func TestWhatIsAboutToGoGetsNoClients(t *testing.T) {
	f, a, b := film{policy: policy}, cluster("a", "192.0.2.1"), cluster("b", "192.0.2.2")
	f.at(noon, a, b)
	a.Leaves = "it is being drained"
	d := f.at(noon, a, b)
	require.Equal(t, list{failover.Draining, failover.Serving}, states(d))
	require.Equal(t, "it is being drained", d.Sites[0].Message)
	b.Leaves = a.Leaves
	require.Equal(t, list{failover.Draining, failover.Draining}, states(f.at(noon, a, b)), "not even when nobody is left")
}

func TestWhatCannotBeSeenStaysAsItWas(t *testing.T) {
	f, a := film{policy: policy}, cluster("a", "192.0.2.1")
	f.at(noon, a)
	a.Sight = failover.Sight{Lacks: failover.NotWatched, Message: "services may not be listed"}
	d := f.at(noon, a)
	require.Equal(t, list{failover.Serving}, states(d))
	require.Equal(t, []string{"192.0.2.1"}, d.Sites[0].Balancer.Addresses)
	require.Equal(t, "services may not be listed", d.Sites[0].Message)

	fresh := film{policy: policy}
	require.Equal(t, list{failover.NotWatched}, states(fresh.at(noon, a)))
}

func TestWhatACopyLacksIsSaidWhetherItIsReadyOrNot(t *testing.T) {
	all := list{failover.NotThere, failover.NoLoadBalancer, failover.NoAddress, failover.NoEndpoints}
	for _, lacks := range all {
		f, a, b := film{policy: policy}, cluster("a", "192.0.2.1"), cluster("b", "192.0.2.2")
		f.at(noon, a, b)
		a.Sight = failover.Sight{Lacks: lacks, Message: "for a reason"}
		require.Equal(t, list{lacks, failover.Serving}, states(f.at(noon, a, b)))
		require.Equal(t, list{lacks, failover.Serving}, states(f.at(noon, away(a, noon), b)))
	}
}

// Whatever happens: decisions settle, Next is in the future, and as long as any
// cluster is ready, and can be sent to, clients are sent somewhere.
func TestWhateverHappensThereIsAnAnswerThatHolds(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		f := film{policy: policy}
		all := []failover.Cluster{cluster("a", "192.0.2.1"), cluster("b", "192.0.2.2"), cluster("c", "192.0.2.3")}
		now := noon
		for range 60 {
			i := random.IntN(len(all))
			if all[i].Ready {
				all[i] = away(all[i], now)
			} else {
				all[i] = back(all[i], now)
			}
			now = now.Add(time.Duration(random.IntN(40)) * time.Second)
			d := f.at(now, all...)
			require.True(t, d.Next.IsZero() || d.Next.After(now), "seed %d", seed)
			served := false
			for _, s := range d.Sites {
				require.Equal(t, s.Serves(), !s.Balancer.IsEmpty(), "seed %d", seed)
				served = served || s.Serves()
			}
			require.True(t, served, "seed %d: %v", seed, states(d))
			require.Equal(t, d, f.at(now, all...), "seed %d", seed)
		}
	}
}
