package plans

import (
	"slices"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/rollout"
)

// roll says of the clusters that are changed in which round of the rollout that is, if
// all becomes healthy: what decides is asked again and again, each time as if what it
// let go were done.
func (w foresight) roll(steps []Step, now time.Time) {
	if w.intent.Rollout == nil || w.intent.Deleting {
		return
	}
	r := rollout.Request{Policy: *w.intent.Rollout, Now: now}
	for _, s := range steps {
		if s.Action != Remove && s.Action != Fail {
			r.Clusters = append(r.Clusters, w.rolling(s))
		}
	}
	for round := 1; slices.ContainsFunc(r.Clusters, isWaiting); round++ {
		released := releasedBy(rollout.Decide(r), r.Clusters)
		for i, s := range steps {
			if slices.Contains(released, federation.ClusterName(s.Cluster)) {
				steps[i].Round = round
			}
		}
		if len(released) == 0 {
			hold(steps, r.Policy.Paused)
			return
		}
		for i, c := range r.Clusters {
			if slices.Contains(released, c.Name) {
				r.Clusters[i].Holds, r.Clusters[i].Healthy = rollout.Wanted, true
			}
		}
	}
}

// rolling is a cluster as the rollout sees it.
func (w foresight) rolling(s Step) rollout.Cluster {
	member, _ := w.subject.Members.Get(federation.ClusterName(s.Cluster))
	c := rollout.Cluster{Name: member.Name, Labels: member.Labels, Want: "planned", Holds: rollout.Wanted, Healthy: true}
	switch s.Action {
	case Change:
		c.Holds = rollout.Another
	case Create:
		c.Holds = rollout.Nothing
	}
	return c
}

func isWaiting(c rollout.Cluster) bool { return c.Holds == rollout.Another }

// releasedBy are the clusters with a change that a decision lets go.
func releasedBy(d rollout.Decision, all []rollout.Cluster) []federation.ClusterName {
	var names []federation.ClusterName
	for _, step := range d.Steps {
		i := slices.IndexFunc(all, func(c rollout.Cluster) bool { return c.Name == step.Name })
		if step.Release && isWaiting(all[i]) {
			names = append(names, step.Name)
		}
	}
	return names
}

// hold has what is to be changed, and was not let go, wait.
func hold(steps []Step, paused bool) {
	why := "for its turn in the rollout"
	if paused {
		why = "the rollout is paused"
	}
	for i, s := range steps {
		if s.Action == Change && s.Round == 0 && s.Waits == "" {
			steps[i].Waits = why
		}
	}
}
