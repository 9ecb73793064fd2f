package status

import (
	"fmt"
	"slices"
	"strings"
)

// healths are all, from the best to the worst. Words of somebody else's count as
// Unknown.
func healths() []Health {
	return []Health{Healthy, Suspended, Progressing, Terminating, Unknown, Degraded}
}

// rank is how bad a health is.
func (h Health) rank() int {
	if at := slices.Index(healths(), h); at >= 0 {
		return at
	}
	return slices.Index(healths(), Unknown)
}

// fine tells whether nobody needs to wait for a copy, or to look at it. One that
// nobody judged is.
func (h Health) fine() bool { return h == "" || h == Healthy || h == Suspended }

// worst finds the copy that fares worst. The clusters are in name order.
func worst(clusters []Observation) Worst {
	var w Worst
	for _, o := range clusters {
		v := o.Vitals
		if v.Health != "" && (w.Health == "" || v.Health.rank() > w.Health.rank()) {
			w = Worst{Cluster: o.Cluster, Health: v.Health, Message: v.Message}
		}
	}
	return w
}

// totals adds the copies' counts up by name. A name that only some copies have
// comes after the one that it follows there. The counts of a cluster that is away
// and behind are of what the object was before, and are left out: a cluster that
// died would have its replicas for ever, beside those that took their place.
func totals(clusters []Observation) []Count {
	var sums []Count
	for _, o := range clusters {
		if o.State == ClusterNotReady {
			continue
		}
		next := 0
		for _, c := range o.Vitals.Counts {
			at := slices.IndexFunc(sums, func(sum Count) bool { return sum.Name == c.Name })
			if at < 0 {
				at = next
				sums = slices.Insert(sums, at, Count{Name: c.Name})
			}
			sums[at].N += c.N
			next = at + 1
		}
	}
	return sums
}

// healthProblem is why Available is False, if it is, and what to say of it when
// it is not.
func healthProblem(s Summary) (problem, fine Problem) {
	judged := 0
	number := map[Health]int{}
	for _, o := range s.Clusters {
		if o.Vitals.Health != "" {
			judged++
			number[healths()[o.Vitals.Health.rank()]]++
		}
	}
	message := census(number, judged)
	switch {
	case judged == 0:
		return Problem{}, Problem{Reason: NotJudged, Message: "nobody judges how the copies fare"}
	case s.Worst.Health == Healthy:
		return Problem{}, Problem{Reason: AllHealthy, Message: message}
	}
	told := Problem{Reason: string(healths()[s.Worst.Health.rank()]), Message: message + "; " + s.Worst.describe()}
	if s.Worst.Health.fine() {
		return Problem{}, told
	}
	return told, Problem{}
}

// census says how many copies fare how.
func census(number map[Health]int, judged int) string {
	said := []string{fmt.Sprintf("%d of %d copies are %s", number[Healthy], judged, Healthy)}
	for _, h := range healths()[1:] {
		if n := number[h]; n > 0 {
			said = append(said, fmt.Sprintf("%d %s", n, h))
		}
	}
	return strings.Join(said, ", ")
}

// describe says in short how a copy fares.
func (w Worst) describe() string {
	if w.Message == "" {
		return fmt.Sprintf("%s: %s", w.Cluster, w.Health)
	}
	return fmt.Sprintf("%s: %s: %s", w.Cluster, w.Health, shorten(w.Message, maxPart))
}
