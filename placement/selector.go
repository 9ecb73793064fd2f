package placement

import (
	"context"
	"fmt"

	"github.com/fedrail/fedrail/federation"
)

// Selector is the default [Placer]. It reads placements as KubeFed does, see
// [Placement]: the object goes to the members that its own placement asks for,
// less those outside any Bound, less those that a Policy refuses, less those whose
// taints it does not tolerate. Neither the readiness nor the order of members
// matters. The zero Selector is ready for use and has no policies.
//
// Taints are read as Kubernetes reads those of nodes: NoSchedule keeps the object
// from clusters that it is not in, NoExecute takes it from those it is in as well,
// and a toleration with tolerationSeconds puts that off until so long after the
// taint was added. PreferNoSchedule decides nothing: of the clusters that are
// asked for all are taken.
type Selector struct {
	// Policies are asked in order about each member that the placement and its
	// bounds allow; one refusal is enough.
	Policies []Policy
}

var _ Placer = Selector{}

// Place implements [Placer]. Where several things keep a cluster out, the Reason
// is that of the first: the object's own placement, then the bounds, then the
// policies, then the taints, each in order.
func (s Selector) Place(_ context.Context, req Request) (Decision, error) {
	wishes, err := parseAll(req)
	if err != nil {
		return Decision{}, err
	}
	decision := Decision{Rejected: map[federation.ClusterName]Reason{}}
	for cluster := range req.Members.All() {
		reason, rejected := s.judge(req, wishes, cluster)
		if !rejected {
			reason, rejected = decision.weigh(req, cluster)
		}
		if rejected {
			decision.Rejected[cluster.Name] = reason
			continue
		}
		decision.Selected = append(decision.Selected, cluster.Name)
	}
	rejectUnknown(decision.Rejected, req)
	return decision, nil
}

// judge gives the first reason against the cluster, taints aside. The first wish is the
// object's own.
func (s Selector) judge(req Request, wishes []wish, cluster federation.Cluster) (Reason, bool) {
	for i, w := range wishes {
		reason, ok := w.admits(cluster)
		if ok {
			continue
		}
		if i > 0 {
			reason = outOfBounds(req.Bounds[i-1], reason)
		}
		return reason, true
	}
	for _, policy := range s.Policies {
		if message, allowed := policy.Allow(req.Object, cluster); !allowed {
			return Reason{RefusedByPolicy, message}, true
		}
	}
	return Reason{}, false
}

// outOfBounds makes of a bound's own reason one that says whose bound it is.
func outOfBounds(bound Bound, reason Reason) Reason {
	if reason.Code == NoBound {
		return Reason{NoBound, bound.By + " does not exist, and without it no cluster is allowed: create it"}
	}
	return Reason{OutOfBounds, bound.By + " does not include the cluster: " + reason.Message}
}

// parseAll reads the object's own placement and then each bound's, so that what
// is wrong with any of them is known before anything is decided.
func parseAll(req Request) ([]wish, error) {
	if err := federation.ValidateTolerations("placement.tolerations", req.Want.Tolerations); err != nil {
		return nil, err
	}
	wishes := make([]wish, 0, 1+len(req.Bounds))
	own, err := parse(&req.Want)
	if err != nil {
		return nil, err
	}
	wishes = append(wishes, own)
	for _, bound := range req.Bounds {
		w, err := parse(bound.Within)
		if err != nil {
			return nil, fmt.Errorf("bound set by %s: %w", bound.By, err)
		}
		wishes = append(wishes, w)
	}
	return wishes, nil
}
