package status

import (
	"cmp"
	"fmt"
	"slices"
)

// AllClusters is the reason of [Ready] and [Applied] when they are True: every
// selected cluster holds what it should. When they are False they have the reason
// of the problem.
const AllClusters = "AllClusters"

// shownClusters is how many clusters in trouble a condition's message describes.
const shownClusters = 3

// KubeFed is the default [Aggregator]. Its condition Propagation is True with
// no reason, or False with KubeFed's reasons: what kept the placement from
// being computed comes first, then [CheckClusters] if any cluster has a State,
// and then [NamespaceNotFederated]. A Placement problem in other words concerns
// Ready only: what was placed may well be propagated.
//
// The other conditions always have a reason. Other than in KubeFed, a copy without
// a status of its own does not count against the object, for some kinds never have
// one; one that nobody judged does not, either. Messages are no longer than
// [MaxMessage], and the summary is held to [MaxSummary] by [Bound]. The zero KubeFed
// is ready for use.
type KubeFed struct{}

var _ Aggregator = KubeFed{}

// Aggregate implements [Aggregator].
func (KubeFed) Aggregate(facts Facts) Summary {
	clusters := inOrder(facts.Observations)
	summary := Summary{Generation: facts.Generation, Clusters: clusters, Totals: totals(clusters), Worst: worst(clusters)}
	summary.Conditions = conditions(facts, summary)
	return Bound(summary, MaxSummary)
}

// inOrder are the observations by name, and their messages of a length that can
// be kept.
func inOrder(observations []Observation) []Observation {
	clusters := slices.Clone(observations)
	slices.SortStableFunc(clusters, func(a, b Observation) int { return cmp.Compare(a.Cluster, b.Cluster) })
	for i := range clusters {
		clusters[i].Message = shorten(clusters[i].Message, MaxMessage)
		clusters[i].Vitals.Message = shorten(clusters[i].Vitals.Message, MaxMessage)
	}
	return clusters
}

// conditions are what the summary comes to, in the order of their types.
func conditions(facts Facts, s Summary) []Condition {
	trouble, message := clustersProblem(s.Clusters)
	propagation := propagationProblem(facts.Placement, trouble)
	applied := first(suspended(facts.Suspended, message), facts.Rollout, propagation)
	ailment, health := healthProblem(s)
	all := []Condition{
		condition(Propagation, propagation, Problem{Message: message}),
		condition(Ready, first(facts.Placement, applied, ailment), Problem{Reason: AllClusters, Message: message}),
		condition(Scheduled, facts.Placement, Problem{Reason: Placed, Message: "it is placed as asked"}),
		condition(Applied, applied, Problem{Reason: AllClusters, Message: message}),
		condition(Available, ailment, health),
	}
	if facts.Lacks.Reason != "" {
		all = append(all, condition(DependenciesFollow, facts.Lacks, Problem{}))
	}
	return all
}

// first is the first problem that is one. What keeps an object from where it was
// asked for comes before a rollout, which explains more than the clusters that
// wait for it, and these before how the copies fare.
func first(problems ...Problem) Problem {
	for _, p := range problems {
		if p.Reason != "" {
			return p
		}
	}
	return Problem{}
}

// suspended is that nothing is carried, and what the clusters hold meanwhile.
func suspended(p Problem, message string) Problem {
	if p.Reason != "" {
		p.Message += "; " + message
	}
	return p
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
