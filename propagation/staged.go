package propagation

import (
	"maps"
	"slices"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/rollout"
	"github.com/fedrail/fedrail/status"
)

// staged is what a rollout is decided from, as it was at one moment.
type staged struct {
	job      job
	revision int
	reported status.Summary
	clusters []stagedCluster // in name order
}

// stagedCluster is one cluster in it.
type stagedCluster struct {
	name    federation.ClusterName
	rolling *rolling // how far it is; nil is that the last report tells
	ailment string   // why the cluster does not take the version, though it may
}

// gateLocked shuts every lane that the rollout has a say in, until it opens
// them: what is planned now may be a change.
func (o *object) gateLocked() {
	o.revision++
	o.unroll = status.Problem{}
	o.rolled = o.intent.Rollout == nil || o.intent.Deleting || o.intent.rests()
	for name, t := range o.tasks {
		t.gated = t.hold && !o.rolled
		switch {
		case o.intent.Rollout != nil && o.intent.rests():
			t.rolling = o.pausedLocked(name, t)
		case o.rolled:
			t.rolling = nil
		}
	}
}

// pausedLocked is how far a rollout was with a cluster when it was suspended, or by
// the last report; it goes on from there.
func (o *object) pausedLocked(name federation.ClusterName, t *task) *rolling {
	if t.rolling != nil {
		return &rolling{progress: t.rolling.progress}
	}
	reported, _ := o.reportedForLocked(name)
	if p := reported.Rollout; p.Phase != "" {
		return &rolling{progress: rollout.Progress{Phase: rollout.Phase(p.Phase), Version: p.Version, Since: p.Since}}
	}
	return nil
}

// openLocked are the clusters whose lane is open, in name order.
func (o *object) openLocked() []federation.ClusterName {
	var open []federation.ClusterName
	for _, name := range slices.Sorted(maps.Keys(o.tasks)) {
		if !o.tasks[name].gated {
			open = append(open, name)
		}
	}
	return open
}

// isGated says whether the cluster waits for the rollout.
func (o *object) isGated(name federation.ClusterName) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tasks[name]
	return t != nil && t.gated
}

// stage returns what the rollout is to be decided from, and false when there is
// nothing to decide.
func (o *object) stage() (staged, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.rolled || o.frozen || o.intent.Rollout == nil || o.reported == nil {
		return staged{}, false
	}
	s := staged{job: job{intent: o.intent, base: o.base, hold: true}, revision: o.revision, reported: *o.reported}
	for _, name := range slices.Sorted(maps.Keys(o.tasks)) {
		t := o.tasks[name]
		if !t.hold {
			continue
		}
		at := stagedCluster{name: name, rolling: t.rolling}
		if !t.gated && t.phase == blocked && !t.blind && t.seen != nil {
			at.ailment = t.seen.message
		}
		s.clusters = append(s.clusters, at)
	}
	return s, true
}

// recall is the progress of a cluster. No time went by while the object was
// suspended: what it was in then begins anew.
func (s staged) recall(at stagedCluster, n rollout.Cluster, now time.Time) rollout.Progress {
	p := s.remember(at, n, now)
	if p.Phase != "" && isSuspended(s.reported) {
		p.Since = now
	}
	return p
}

// remember is the progress of a cluster; after a restart, that of the last report.
// A definition that KubeFed made keeps the word of it alone: then the version is
// the present one if the cluster holds it, or if the report was of this
// generation, and the time is new.
func (s staged) remember(at stagedCluster, n rollout.Cluster, now time.Time) rollout.Progress {
	if at.rolling != nil {
		return at.rolling.progress
	}
	i := slices.IndexFunc(s.reported.Clusters, func(c status.Observation) bool { return c.Cluster == at.name })
	if i < 0 {
		return rollout.Progress{}
	}
	seen := s.reported.Clusters[i]
	if p := seen.Rollout; p.Phase != "" {
		return rollout.Progress{Phase: rollout.Phase(p.Phase), Version: p.Version, Since: p.Since}
	}
	p := rollout.Progress{Version: n.Want, Since: now}
	if n.Holds != rollout.Wanted && s.reported.Generation != s.job.intent.Generation {
		p.Version = "an earlier one"
	}
	switch seen.State {
	case status.WaitingForHealth:
		p.Phase = rollout.Changing
	case status.RolloutFailed:
		p.Phase = rollout.Failed
	default:
		return rollout.Progress{}
	}
	return p
}

// follow takes over a decision and what it was made from, unless the plan has
// changed since, and returns the clusters whose lane it opens.
func (o *object) follow(revision int, d rollout.Decision, found map[federation.ClusterName]finding) []federation.ClusterName {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.revision != revision {
		return nil
	}
	o.rolled, o.unroll = d.Settled, unrolled(d)
	var opened []federation.ClusterName
	for _, step := range d.Steps {
		t := o.tasks[step.Name]
		t.rolling = &rolling{progress: step.Progress, lacks: step.Why}
		switch f := found[step.Name]; {
		case !t.gated:
		case step.Release && (step.Progress.Phase == "" || o.toldLocked(step)):
			t.open()
			opened = append(opened, step.Name)
		case step.Release:
			t.wait(status.WaitingForHealth, step, f)
		case f.seen.State != status.OK:
			t.learn(f)
		default:
			t.wait(status.WaitingForRollout, step, f)
		}
	}
	o.noteBusyLocked(time.Now())
	return opened
}

// wait takes over that a cluster waits in the sense of that state, and how its
// copy was found to fare.
func (t *task) wait(s status.State, step rollout.Step, f finding) {
	vitals := f.vitals(t.vitals)
	t.learn(finding{phase: blocked, seen: status.Observation{Cluster: step.Name, State: s, Message: step.Why}})
	t.vitals = vitals
}

// toldLocked says whether it is written down that the cluster was released for
// this version.
func (o *object) toldLocked(step rollout.Step) bool {
	return slices.ContainsFunc(o.reported.Clusters, func(c status.Observation) bool {
		return c.Cluster == step.Name && c.Rollout.Phase != "" && c.Rollout.Version == step.Progress.Version
	})
}

// open lets the lane go to work.
func (t *task) open() {
	t.gated, t.phase, t.begun, t.seen, t.silent = false, open, time.Time{}, nil, time.Time{}
}

// amid adds to an observation how far the cluster is with the rollout. A copy
// that is as it should be, but not proven, is not all right yet.
func (t *task) amid(s status.Observation) status.Observation {
	var r rolling
	if t.rolling != nil {
		r = *t.rolling
	}
	s.Rollout = status.Rollout{Phase: string(r.progress.Phase), Version: r.progress.Version, Since: r.progress.Since}
	if t.gated {
		return s
	}
	if underRollout(s.State) {
		s.State, s.Message = status.OK, ""
	}
	switch {
	case s.State != status.OK || r.lacks == "":
	case r.progress.Phase == rollout.Failed:
		s.State, s.Message = status.RolloutFailed, r.lacks
	default:
		s.State, s.Message = status.WaitingForHealth, r.lacks
	}
	return s
}

// underRollout says of a state that the cluster was let go by a rollout.
func underRollout(s status.State) bool {
	return s == status.WaitingForHealth || s == status.RolloutFailed
}
