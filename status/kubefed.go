package status

import (
	"cmp"
	"fmt"
	"slices"
)

// AllClusters is the reason of [Ready] when it is True: every selected cluster
// holds what it should. When it is False it has the reason of the problem.
const AllClusters = "AllClusters"

// shownClusters is how many clusters in trouble a condition's message describes.
const shownClusters = 3

// KubeFed is the default [Aggregator]. Its condition Propagation is True with
// no reason, or False with KubeFed's reasons: what kept the placement from
// being computed comes first, then [CheckClusters] if any cluster has a State,
// and then [NamespaceNotFederated]. A Placement problem in other words concerns
// Ready only: what was placed may well be propagated.
//
// Other than in KubeFed, a copy without a status of its own does not count
// against the object, for some kinds never have one. Messages are no longer than
// [MaxMessage]. The zero KubeFed is ready for use.
type KubeFed struct{}

var _ Aggregator = KubeFed{}

// Aggregate implements [Aggregator].
func (KubeFed) Aggregate(facts Facts) Summary {
	clusters := slices.Clone(facts.Observations)
	slices.SortStableFunc(clusters, func(a, b Observation) int { return cmp.Compare(a.Cluster, b.Cluster) })
	for i := range clusters {
		clusters[i].Message = shorten(clusters[i].Message, MaxMessage)
	}
	trouble, message := clustersProblem(clusters)
	propagation := propagationProblem(facts.Placement, trouble)
	summary := Summary{
		Generation: facts.Generation,
		Conditions: []Condition{
			condition(Propagation, propagation, Problem{Message: message}),
			condition(Ready, readyProblem(facts, propagation), Problem{Reason: AllClusters, Message: message}),
		},
		Clusters: clusters,
	}
	if facts.Lacks.Reason != "" {
		summary.Conditions = append(summary.Conditions, condition(DependenciesFollow, facts.Lacks, Problem{}))
	}
	return summary
}

// propagationProblem is why Propagation is False; none when it is True. Trouble
// is that of the clusters.
func propagationProblem(placement, trouble Problem) Problem {
	switch placement.Reason {
	case ClusterRetrievalFailed, ComputePlacementFailed:
		return placement
	case NamespaceNotFederated:
		if trouble.Reason == "" {
			return placement
		}
	}
	return trouble
}

// readyProblem is why Ready is False: an object that is not where it was asked
// for is not ready, though the clusters that it is in may all be fine. A rollout
// explains more than the clusters that wait for it.
func readyProblem(facts Facts, propagation Problem) Problem {
	switch {
	case facts.Placement.Reason != "":
		return facts.Placement
	case facts.Rollout.Reason != "":
		return facts.Rollout
	}
	return propagation
}

// condition is False with the problem, or True with what is said when there is
// none.
func condition(kind string, problem, fine Problem) Condition {
	if problem.Reason == "" {
		return Condition{Type: kind, Status: "True", Reason: fine.Reason, Message: fine.Message}
	}
	return Condition{Type: kind, Status: "False", Reason: problem.Reason, Message: shorten(problem.Message, MaxMessage)}
}

// clustersProblem is what is wrong in the clusters, if anything, and what to tell
// people of them in any case: a count, and the first few that are in trouble.
func clustersProblem(clusters []Observation) (Problem, string) {
	if len(clusters) == 0 {
		return Problem{}, "no cluster is selected, and none has a copy"
	}
	troubled := slices.DeleteFunc(slices.Clone(clusters), func(o Observation) bool { return o.State == OK })
	message := fmt.Sprintf("%d of %d clusters hold what they should", len(clusters)-len(troubled), len(clusters))
	if len(troubled) == 0 {
		return Problem{}, message
	}
	for _, o := range troubled[:min(len(troubled), shownClusters)] {
		message += "; " + describe(o)
	}
	if len(troubled) > shownClusters {
		message += fmt.Sprintf("; and %d more", len(troubled)-shownClusters)
	}
	return Problem{Reason: CheckClusters, Message: message}, message
}

// describe says in short how one cluster fares.
func describe(o Observation) string {
	if o.Message == "" {
		return fmt.Sprintf("%s: %s", o.Cluster, o.State)
	}
	return fmt.Sprintf("%s: %s: %s", o.Cluster, o.State, shorten(o.Message, maxPart))
}
