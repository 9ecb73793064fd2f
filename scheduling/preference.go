package scheduling

import "github.com/fedrail/fedrail/federation"

// Preference is what somebody wants of a cluster, in the terms of KubeFed's
// ReplicaSchedulingPreference.
type Preference struct {
	// Min is how many replicas the cluster gets before weights are looked at.
	Min int64
	// Max is how many it gets at the most; nil is no limit.
	Max *int64
	// Weight is its share of the rest, against the other clusters' weights. With 0
	// it gets no more than Min.
	Weight int64
}

// Others is the name under which a preference is for all clusters that have none
// of their own.
const Others federation.ClusterName = "*"

// Preferences are preferences by cluster, and for [Others]. With none at all,
// every cluster has weight 1.
type Preferences map[federation.ClusterName]Preference

// For is the preference for a cluster, or nil when none speaks of it.
func (p Preferences) For(name federation.ClusterName) *Preference {
	if len(p) == 0 {
		return &Preference{Weight: 1}
	}
	for _, key := range []federation.ClusterName{name, Others} {
		if found, there := p[key]; there {
			return &found
		}
	}
	return nil
}

// Candidates are the clusters of these names, of which nothing but the
// preference is known.
func (p Preferences) Candidates(names ...federation.ClusterName) []Candidate {
	all := make([]Candidate, len(names))
	for i, name := range names {
		all[i] = Candidate{Name: name, Want: p.For(name)}
	}
	return all
}
