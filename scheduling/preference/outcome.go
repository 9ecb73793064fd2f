package preference

import (
	"context"
	"fmt"
	"strings"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/scheduling"
	"github.com/fedrail/fedrail/scheduling/failover"
)

// outcome is what was decided about a subject.
type outcome struct {
	subject
	question
	failover.Decision
}

// decide decides. The error is a [*trouble] when the preference makes no sense.
func decide(ctx context.Context, s subject, q question) (outcome, error) {
	decision, err := failover.Decider{Planner: plannerOf(s.Spec)}.Decide(ctx, q.Request)
	if err != nil {
		return outcome{}, troublef(v1alpha1.InvalidPreference, "%s", err)
	}
	return outcome{s, q, decision}, nil
}

// wish is what the federated object should say because of it.
func (o outcome) wish(ctx context.Context) (wish, error) {
	w := wish{told: map[federation.ClusterName][]assignment{}, ours: paths(o.fields, o.Status.Fields)}
	first := shares{}
	for _, step := range o.Steps {
		if o.isHeldBy(step) {
			first[step.Cluster] = step.Give
			w.clusters = append(w.clusters, step.Cluster)
		}
	}
	for i, f := range o.fields {
		all := first
		if i > 0 {
			var err error
			if all, err = f.divide(ctx, o.Key, first, o.told(f.path)); err != nil {
				return wish{}, troublef(v1alpha1.InvalidPreference, "spec.fields: %s: %s", f.path, err)
			}
		}
		for name, n := range all {
			w.told[name] = append(w.told[name], assignment{f.path, n})
		}
	}
	return w, nil
}

// isHeldBy says whether a cluster should hold the object. One that gets nothing
// keeps it, unless the preference says otherwise, or a taint has it go; and one that
// takes nothing now is not given it for that. Nothing is taken from a cluster that
// is not ready.
func (o outcome) isHeldBy(step failover.Step) bool {
	switch limit := o.limitOf(step.Cluster); {
	case step.Give != 0:
		return true
	case o.idle == v1alpha1.IdleRemove, step.Leave && o.asked(step.Cluster).Member.Ready:
		return false
	case limit != nil && (limit.Cause == failover.NotReady || limit.Cause == failover.Tainted):
		return o.lists(step.Cluster) || o.asked(step.Cluster).Exist > 0
	}
	return true
}

// limitOf is what keeps replicas away from a cluster; nil when nothing does.
func (o outcome) limitOf(cluster federation.ClusterName) *failover.Limit {
	for _, r := range o.Records {
		if r.Cluster == cluster {
			return r.Limit
		}
	}
	return nil
}

// asked is what was known of a cluster.
func (o outcome) asked(cluster federation.ClusterName) failover.Cluster {
	for _, c := range o.Clusters {
		if c.Member.Name == cluster {
			return c
		}
	}
	return failover.Cluster{}
}

// paths are those of fields, and others, each once.
func paths(fields []field, more []string) []string {
	var all []string
	for _, f := range fields {
		all = append(all, f.path)
	}
	return append(all, more...)
}

// shares are what each cluster gets, as the status says it.
func (o outcome) shares() []v1alpha1.ClusterShare {
	all := make([]v1alpha1.ClusterShare, len(o.Steps))
	for i, step := range o.Steps {
		all[i] = v1alpha1.ClusterShare{
			Name: string(step.Cluster), Replicas: o.Plan.Shares[i].Replicas, Given: step.Give, Ready: o.asked(step.Cluster).Ready,
			Reason: step.Reason, Message: step.Why,
		}
		if unknown := o.unknown[step.Cluster]; unknown != "" {
			all[i].Message += "; " + unknown
		}
		for _, r := range o.Records {
			if r.Cluster == step.Cluster {
				keep(r, &all[i])
			}
		}
	}
	return all
}

// waiting are the first few clusters that are told something else than what is
// planned for them: a condition has no room for a thousand.
func (o outcome) waiting() string {
	var names []string
	for i, step := range o.Steps {
		if p := o.Plan.Shares[i]; step.Give != p.Replicas && step.Give != p.Replicas+p.Overflow {
			names = append(names, fmt.Sprintf("%s is told %d instead of %d", step.Cluster, step.Give, p.Replicas))
		}
	}
	return listed(names)
}

// unplaced says why replicas have no cluster.
func (o outcome) unplaced() string {
	var full []string
	for i, p := range o.Plan.Shares {
		if p.Why != scheduling.ByWeight && p.Why != scheduling.InOrder && p.Why != scheduling.Kept {
			full = append(full, fmt.Sprintf("%s: %s", p.Cluster, o.Steps[i].Why))
		}
	}
	if len(full) > shown {
		full = append(full[:shown], fmt.Sprintf("and so on for %d more", len(full)-shown))
	}
	return fmt.Sprintf("%d of %d replicas find no cluster (%s)", o.Plan.Unplaced, o.Total, strings.Join(full, "; "))
}

// shown is how many clusters a message lists.
const shown = 8
