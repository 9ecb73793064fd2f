package explanation

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// Source says where what is explained comes from.
type Source string

// The sources.
const (
	Host  Source = "" // a host: what its controllers have recorded counts
	Files Source = "Files"
)

// Reasons beside those of package placement.
const (
	Chosen      = "Chosen"
	Leaving     = "Leaving"
	LossGuarded = propagation.LossGuarded
	NoReplicas  = "NoReplicas" // its preference gives the cluster none
)

// Of explains a subject. The error says that the object makes no sense as a whole.
func Of(ctx context.Context, s subject.Subject, from Source, now time.Time) (Explanation, error) {
	e := Explanation{APIVersion: cli.Version, Kind: "Explanation", Object: objectOf(s), Simulated: from == Files, Notes: s.Told()}
	shares := map[string]Share{}
	if from == Files {
		s = e.simulate(ctx, s, shares, now)
	} else {
		e.recall(s, shares)
	}
	p, err := s.Preview(ctx, now)
	if err != nil {
		return e, err
	}
	e.Problem = p.Problem.Message
	in := s.Intent()
	e.Recorded = recordedOf(s.Object, in.Reported)
	kept, guard := s.Guard(p, now)
	undivided := undivided(ctx, s, now)
	for _, name := range names(s.Members, p.Decision) {
		c := e.cluster(s, p, name)
		share, divided := shares[c.Name]
		if s.Preference != nil {
			c.divide(undivided[name], share)
		}
		c.guard(kept, guard)
		c.Recorded = clusterOf(in.Reported, name)
		if from == Host {
			c.compare(e.Recorded, e.Object)
		}
		if divided {
			c.Replicas = &share
			c.compareReplicas(s.Preference.Status.Fields, p.Copies[name])
		}
		e.Clusters = append(e.Clusters, c)
	}
	e.Summary = summaryOf(e.Clusters, s.Members.Len())
	return e, nil
}

func objectOf(s subject.Subject) Object {
	key := propagation.KeyOf(s.Object)
	return Object{Kind: s.Object.GetKind(), Namespace: key.Namespace, Name: key.Name, Generation: s.Object.GetGeneration(), Target: s.Target().String()}
}

// names are the members, and what was asked for and is no member, in order.
func names(members federation.ClusterSet, d placement.Decision) []federation.ClusterName {
	all := members.Names()
	for name := range d.Rejected {
		if _, member := members.Get(name); !member {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// cluster is what is decided of a cluster now, the loss guard aside.
func (e *Explanation) cluster(s subject.Subject, p propagation.Preview, name federation.ClusterName) Cluster {
	c := Cluster{Name: string(name)}
	member, known := s.Members.Get(name)
	if known && !member.Ready {
		c.NotReady = cmp.Or(member.Message, "nobody has said why")
	}
	switch reason, rejected := p.Decision.Rejected[name]; {
	case member.Leaving != "":
		c.Reason, c.Message = Leaving, "the cluster is about to leave the federation"
	case rejected:
		c.Reason, c.Message = string(reason.Code), reason.Message
	case s.Intent().Deleting:
		c.Reason, c.Message = "Deleting", "the object is being deleted"
	default:
		c.Chosen, c.Reason, c.Message = true, Chosen, Because(s)
	}
	if err := p.Failed[name]; err != nil {
		c.Failed = err.Error()
	}
	return c
}

// guard has a cluster keep the object where the loss guard does.
func (c *Cluster) guard(kept []federation.ClusterName, why string) {
	if slices.Contains(kept, federation.ClusterName(c.Name)) {
		c.Chosen, c.Reason, c.Message = true, LossGuarded, why+"; without that: "+c.Message
	}
}

// Because says why a cluster is chosen that is.
func Because(s subject.Subject) string {
	in := s.Intent()
	why := "placement.clusterSelector matches its labels"
	switch want := in.Placement.Want; {
	case want.Clusters != nil:
		why = "placement.clusters lists it"
	case want.Selector != nil && len(want.Selector.MatchLabels)+len(want.Selector.MatchExpressions) == 0:
		why = "placement.clusterSelector is empty, which is every cluster"
	}
	for _, b := range in.Placement.Bounds {
		why += ", and " + b.By + " includes it"
	}
	return why
}

// clusterOf is what was recorded of a cluster; nil when nothing was.
func clusterOf(reported status.Summary, name federation.ClusterName) *RecordedCluster {
	i := slices.IndexFunc(reported.Clusters, func(o status.Observation) bool { return o.Cluster == name })
	if i < 0 {
		return nil
	}
	o := reported.Clusters[i]
	r := &RecordedCluster{State: string(o.State), Message: o.Message, Health: string(o.Vitals.Health), HealthMessage: o.Vitals.Message}
	if o.State == status.OK {
		r.State = "OK"
	}
	return r
}
