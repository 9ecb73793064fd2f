package rollout_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/rollout"
)

// fleet is clusters that do what they are told, or fall ill, or go away.
type fleet struct {
	t        *testing.T
	policy   rollout.Policy
	most     int
	clusters []rollout.Cluster
	now      time.Time
}

func newFleet(t *testing.T, dice *rand.Rand) *fleet {
	f := &fleet{t: t, now: now, most: 1 + dice.IntN(4)}
	f.policy = rollout.Policy{
		MaxConcurrent: intstr.FromInt(f.most), MinReady: time.Duration(dice.IntN(3)) * time.Second, Deadline: 5 * time.Second,
		OnFailure: []rollout.OnFailure{rollout.Stop, rollout.Continue}[dice.IntN(2)],
	}
	if dice.IntN(2) == 0 {
		f.policy.Order = []rollout.Group{{Clusters: names{"c3", "c1"}}, {Clusters: names{"c0"}}}
	}
	for i := range 1 + dice.IntN(6) {
		f.clusters = append(f.clusters, rollout.Cluster{Name: federation.ClusterName("c" + strconv.Itoa(i)), Want: "v0", Holds: rollout.Wanted, Healthy: true})
	}
	return f
}

// underWay are the clusters that were released for what is wanted and are
// neither proven nor failed.
func (f *fleet) underWay() int {
	n := 0
	for _, c := range f.clusters {
		p := c.Progress
		proven := p.Phase == rollout.Healthy && !f.now.Before(p.Since.Add(f.policy.MinReady))
		if p.Phase != "" && p.Version == c.Want && p.Phase != rollout.Failed && !proven {
			n++
		}
	}
	return n
}

// step decides, holds the decision to what is promised, and keeps the progress.
func (f *fleet) step(dice *rand.Rand) rollout.Decision {
	request := rollout.Request{Policy: f.policy, Clusters: f.clusters, Now: f.now}
	d := rollout.Decide(request)
	shuffled := slices.Clone(f.clusters)
	dice.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	require.Equal(f.t, d, rollout.Decide(rollout.Request{Policy: f.policy, Clusters: shuffled, Now: f.now}), "the order of the clusters matters")
	byName := map[federation.ClusterName]rollout.Step{}
	for _, s := range d.Steps {
		byName[s.Name] = s
	}
	began := 0
	for i := range f.clusters {
		c := &f.clusters[i]
		s := byName[c.Name]
		was := c.Progress.Phase != "" && c.Progress.Version == c.Want
		if was {
			require.True(f.t, s.Release, "%s was released, and is held back", c.Name)
		}
		if !was && c.Holds == rollout.Another && s.Release {
			began++
			require.False(f.t, f.policy.Paused, "%s begins in a pause", c.Name)
			require.NotEqual(f.t, rollout.Progress{}, s.Progress)
		}
		require.Equal(f.t, s.Proven, s.Why == "", "%+v", s)
		c.Progress = s.Progress
	}
	if began > 0 {
		require.LessOrEqual(f.t, f.underWay(), f.most, "too many at once")
	}
	return d
}

// obey has every released cluster hold what it should.
func (f *fleet) obey(d rollout.Decision) {
	for _, s := range d.Steps {
		i := slices.IndexFunc(f.clusters, func(c rollout.Cluster) bool { return c.Name == s.Name })
		if c := &f.clusters[i]; s.Release && c.Holds != rollout.Unknown {
			c.Holds = rollout.Wanted
		}
	}
}

// disturb does one thing that may happen to anybody.
func (f *fleet) disturb(dice *rand.Rand, version string) {
	c := &f.clusters[dice.IntN(len(f.clusters))]
	switch dice.IntN(8) {
	case 0:
		c.Healthy = !c.Healthy
	case 1:
		c.Holds = rollout.Unknown
	case 2:
		c.Holds = rollout.Another
	case 3:
		c.Holds = rollout.Nothing
	case 4:
		f.policy.Paused = !f.policy.Paused
	case 5, 6:
		for i := range f.clusters {
			f.clusters[i].Want = version
			if f.clusters[i].Holds == rollout.Wanted {
				f.clusters[i].Holds = rollout.Another
			}
		}
	default:
		f.now = f.now.Add(time.Duration(dice.IntN(4)) * time.Second)
	}
}

// FuzzDecide disturbs a fleet at random, and then leaves it in peace: never are
// too many changed at once, nothing that was released is taken back, equal
// requests give equal decisions, and in the end every cluster is done.
func FuzzDecide(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		dice := rand.New(rand.NewPCG(seed, 0))
		fleet := newFleet(t, dice)
		for i := range dice.IntN(60) {
			fleet.disturb(dice, "v"+strconv.Itoa(i+1))
			if d := fleet.step(dice); dice.IntN(3) > 0 {
				fleet.obey(d)
			}
		}
		fleet.policy.Paused = false
		for i := range fleet.clusters {
			c := &fleet.clusters[i]
			c.Healthy = true
			if c.Holds == rollout.Unknown {
				c.Holds = rollout.Another
			}
		}
		for range 50 {
			d := fleet.step(dice)
			if d.Settled {
				return
			}
			fleet.obey(d)
			fleet.now = fleet.now.Add(time.Second)
		}
		require.Fail(t, "it never ends", "%+v", fleet.clusters)
	})
}
