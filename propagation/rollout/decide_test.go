package rollout_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/rollout"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

type names = []federation.ClusterName

func old(name federation.ClusterName) rollout.Cluster {
	return rollout.Cluster{Name: name, Want: "new", Holds: rollout.Another}
}

func fresh(name federation.ClusterName) rollout.Cluster {
	return rollout.Cluster{Name: name, Want: "new", Holds: rollout.Wanted, Healthy: true}
}

// with gives a cluster a progress that began some time ago.
func with(c rollout.Cluster, phase rollout.Phase, version string, ago time.Duration) rollout.Cluster {
	c.Progress = rollout.Progress{Phase: phase, Version: version, Since: now.Add(-ago)}
	return c
}

func sick(c rollout.Cluster) rollout.Cluster {
	c.Healthy, c.Ailment = false, "no replica is available"
	return c
}

func unseen(name federation.ClusterName) rollout.Cluster {
	return rollout.Cluster{Name: name, Want: "new", Why: "no answer"}
}

func labeled(c rollout.Cluster, stage string) rollout.Cluster {
	c.Labels = labels.Set{"stage": stage}
	return c
}

func atATime(n int) rollout.Policy { return rollout.Policy{MaxConcurrent: intstr.FromInt(n)} }

func canaryFirst() rollout.Policy {
	canary := &metav1.LabelSelector{MatchLabels: map[string]string{"stage": "canary"}}
	return rollout.Policy{MaxConcurrent: intstr.FromInt(9), Order: []rollout.Group{{Selector: canary}}}
}

func TestDecide(t *testing.T) {
	changing := func(c rollout.Cluster) rollout.Cluster { return with(c, rollout.Changing, "new", time.Minute) }
	healthy := func(c rollout.Cluster) rollout.Cluster { return with(c, rollout.Healthy, "new", time.Minute) }
	failed := func(c rollout.Cluster) rollout.Cluster { return with(c, rollout.Failed, "new", time.Minute) }
	for name, c := range map[string]struct {
		policy   rollout.Policy
		clusters []rollout.Cluster
		changed  names // released now that were not before
		state    rollout.State
		why      map[federation.ClusterName]string // of some that wait
		settled  bool
	}{
		"one at a time, by name": {
			clusters: []rollout.Cluster{old("c"), old("a"), old("b")},
			changed:  names{"a"}, state: rollout.InProgress,
			why: map[federation.ClusterName]string{"b": "1 at a time; a goes first"},
		},
		"two at a time": {
			policy: atATime(2), clusters: []rollout.Cluster{old("a"), old("b"), old("c")},
			changed: names{"a", "b"}, state: rollout.InProgress,
		},
		"half of five is two": {
			policy:   rollout.Policy{MaxConcurrent: intstr.FromString("50%")},
			clusters: []rollout.Cluster{old("a"), old("b"), old("c"), old("d"), old("e")},
			changed:  names{"a", "b"}, state: rollout.InProgress,
		},
		"a small share is one": {
			policy: rollout.Policy{MaxConcurrent: intstr.FromString("1%")}, clusters: []rollout.Cluster{old("a"), old("b")},
			changed: names{"a"}, state: rollout.InProgress,
		},
		"the next one waits for the one under way": {
			clusters: []rollout.Cluster{changing(old("a")), old("b")}, state: rollout.InProgress,
		},
		"the next one waits for health": {
			clusters: []rollout.Cluster{changing(sick(fresh("a"))), old("b")}, state: rollout.InProgress,
		},
		"the next one goes when the one before is healthy": {
			clusters: []rollout.Cluster{changing(fresh("a")), old("b")}, changed: names{"b"}, state: rollout.InProgress,
		},
		"health has to last": {
			policy:   rollout.Policy{MinReady: 2 * time.Minute},
			clusters: []rollout.Cluster{healthy(fresh("a")), old("b")}, state: rollout.InProgress,
		},
		"health has lasted": {
			policy:   rollout.Policy{MinReady: time.Minute},
			clusters: []rollout.Cluster{healthy(fresh("a")), old("b")}, changed: names{"b"}, state: rollout.InProgress,
		},
		"what was healthy and is not any more is waited for": {
			clusters: []rollout.Cluster{healthy(sick(fresh("a"))), old("b")}, state: rollout.InProgress,
		},
		"all are done": {
			clusters: []rollout.Cluster{healthy(fresh("a")), healthy(fresh("b"))}, settled: true,
		},
		"nothing to do": {clusters: []rollout.Cluster{fresh("a"), fresh("b")}, settled: true},
		"a copy that is made is not held back and holds nobody back": {
			clusters: []rollout.Cluster{{Name: "a", Want: "new", Holds: rollout.Nothing}, sick(fresh("b")), old("c")},
			changed:  names{"c"}, state: rollout.InProgress,
		},
		"a copy that is made anew on the way counts": {
			clusters: []rollout.Cluster{changing(rollout.Cluster{Name: "a", Want: "new", Holds: rollout.Nothing}), old("b")},
			state:    rollout.InProgress,
		},
		"a pause lets nothing begin": {
			policy: rollout.Policy{Paused: true}, clusters: []rollout.Cluster{old("a")}, state: rollout.Paused,
			why: map[federation.ClusterName]string{"a": "the rollout is paused"},
		},
		"a pause of nothing is none": {policy: rollout.Policy{Paused: true}, clusters: []rollout.Cluster{fresh("a")}, settled: true},
		"a failure stops": {
			policy: atATime(3), clusters: []rollout.Cluster{failed(sick(fresh("a"))), healthy(fresh("b")), old("c")}, state: rollout.Stopped,
			why: map[federation.ClusterName]string{"c": "the rollout is stopped: a failed"},
		},
		"late is failed": {
			policy:   rollout.Policy{MaxConcurrent: intstr.FromInt(3), Deadline: time.Minute},
			clusters: []rollout.Cluster{changing(sick(fresh("a"))), old("b")}, state: rollout.Stopped,
		},
		"a failure is passed over where the policy says so": {
			policy:   rollout.Policy{OnFailure: rollout.Continue},
			clusters: []rollout.Cluster{failed(sick(fresh("a"))), old("b")}, changed: names{"b"}, state: rollout.InProgress,
		},
		"what failed and is healthy after all stops nothing": {
			clusters: []rollout.Cluster{failed(fresh("a")), old("b")}, changed: names{"b"}, state: rollout.InProgress,
		},
		"a cluster that is away is passed over": {
			clusters: []rollout.Cluster{unseen("a"), old("b")}, changed: names{"b"}, state: rollout.InProgress,
			why: map[federation.ClusterName]string{"a": "no answer"},
		},
		"a cluster that is away makes no rollout": {
			clusters: []rollout.Cluster{unseen("a"), fresh("b")}, why: map[federation.ClusterName]string{"a": "no answer"},
		},
		"a cluster that goes away while it is changed is waited for": {
			clusters: []rollout.Cluster{changing(unseen("a")), old("b")}, state: rollout.InProgress,
		},
		"a cluster that was proven and goes away is not": {
			clusters: []rollout.Cluster{healthy(unseen("a")), old("b")}, changed: names{"b"}, state: rollout.InProgress,
		},
		"a canary goes first": {
			policy:   canaryFirst(),
			clusters: []rollout.Cluster{old("a"), labeled(old("b"), "canary"), old("c")},
			changed:  names{"b"}, state: rollout.InProgress,
			why: map[federation.ClusterName]string{"a": "group 0 of the order comes first"},
		},
		"the others go when the canary is proven": {
			policy:   canaryFirst(),
			clusters: []rollout.Cluster{old("a"), labeled(healthy(fresh("b")), "canary"), old("c")},
			changed:  names{"a", "c"}, state: rollout.InProgress,
		},
		"names are taken in their order": {
			policy:   rollout.Policy{Order: []rollout.Group{{Clusters: names{"c", "a"}}}},
			clusters: []rollout.Cluster{old("a"), old("b"), old("c")},
			changed:  names{"c"}, state: rollout.InProgress,
		},
		"what an earlier version broke is mended first": {
			clusters: []rollout.Cluster{old("a"), with(old("b"), rollout.Failed, "broken", time.Hour)},
			changed:  names{"b"}, state: rollout.InProgress,
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, c.policy.Validate())
			d := rollout.Decide(rollout.Request{Policy: c.policy, Clusters: c.clusters, Now: now})
			var changed names
			why := map[federation.ClusterName]string{}
			for _, s := range d.Steps {
				if (s.Progress == rollout.Progress{Phase: rollout.Changing, Version: "new", Since: now}) && s.Why == "it is being changed" {
					changed = append(changed, s.Name)
				}
				if _, asked := c.why[s.Name]; asked {
					require.False(t, s.Release)
					why[s.Name] = s.Why
				}
			}
			require.Equal(t, c.changed, changed)
			require.Equal(t, c.state, d.State)
			require.Equal(t, c.settled, d.Settled)
			require.Equal(t, d.State == rollout.Idle, d.Message == "")
			if c.why != nil {
				require.Equal(t, c.why, why)
			}
		})
	}
}

func TestDecideSaysWhenTimeAloneChangesSomething(t *testing.T) {
	policy := rollout.Policy{MaxConcurrent: intstr.FromInt(2), MinReady: 90 * time.Second, Deadline: 10 * time.Minute}
	d := rollout.Decide(rollout.Request{Policy: policy, Now: now, Clusters: []rollout.Cluster{
		with(sick(fresh("a")), rollout.Changing, "new", time.Minute),
		with(fresh("b"), rollout.Healthy, "new", time.Minute),
	}})
	require.Equal(t, now.Add(30*time.Second), d.Next)
}

func TestDecideTellsHowFarItIs(t *testing.T) {
	d := rollout.Decide(rollout.Request{Policy: atATime(2), Now: now, Clusters: []rollout.Cluster{
		with(fresh("a"), rollout.Healthy, "new", time.Minute), with(sick(fresh("b")), rollout.Changing, "new", time.Minute), old("c"), old("d"), unseen("e"),
	}})
	require.Equal(t, "the version is proven in 1 of 5 clusters, 2 under way, 0 failed, 1 to wait, 1 out of sight; "+
		"b: not healthy: no replica is available; c: it is being changed", d.Message)
}

func TestValidateNamesTheFieldAndTheMend(t *testing.T) {
	everywhere := rollout.Group{Clusters: names{"a"}, Selector: &metav1.LabelSelector{}}
	err := rollout.Policy{
		MaxConcurrent: intstr.FromString("two"), MinReady: -1, Deadline: -1, OnFailure: "Explode",
		Order: []rollout.Group{{}, everywhere, {Selector: &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "a", Operator: "~"}}}}},
	}.Validate()
	require.Equal(t, strings.Join([]string{
		`maxConcurrent: want a number from 1, or a percentage such as "25%", not "two"`,
		`minReadySeconds: want 0 or more`,
		`deadlineSeconds: want 1 or more, or leave it out for the default`,
		`onFailure: want one of ["Stop" "Continue"], not "Explode"`,
		`order[0]: want clusters or clusterSelector, and not both`,
		`order[1]: want clusters or clusterSelector, and not both`,
		`order[2].clusterSelector: "~" is not a valid label selector operator`,
	}, "\n"), err.Error())
	for _, most := range []intstr.IntOrString{intstr.FromInt(-1), intstr.FromString("0%"), intstr.FromString("101%"), intstr.FromString("5")} {
		require.ErrorContains(t, rollout.Policy{MaxConcurrent: most}.Validate(), "maxConcurrent")
	}
}
