package status

import (
	"cmp"
	"slices"
	"strconv"
)

// MaxSummary is the most bytes that the default aggregators make a summary, as
// near as [Bound] can. An API server takes 1.5 MiB, of which the object that a
// summary is the status of needs some.
const MaxSummary = 256 << 10

// Bound leaves details out of a summary until it is no larger than so many bytes
// of JSON, as estimated. What goes first is missed least: the status (Remote) of
// copies that are fine, then their messages, then the status of the others, and
// their messages last. Of each, those that fare best go first, so that what is
// Degraded keeps its message the longest; of those that fare alike, the last by
// name; and no more than has to.
//
// Nothing else is bounded. The names, states, rollouts, healths and counts of all
// clusters stay, and so do conditions, totals and the worst, whatever the limit:
// the list of clusters is never shortened. For a Deployment that is 165 bytes a
// cluster: 16 KB for a hundred, 65 KB for four hundred, 162 KB for a thousand. From
// some 1,600 on a summary is larger than [MaxSummary], and from some 9,000 on than
// what an API server takes.
//
// Neither the summary that is given nor its clusters are modified, and equal
// summaries are bounded alike.
func Bound(s Summary, bytes int) Summary {
	excess := sizeOf(s) - bytes
	if excess <= 0 {
		return s
	}
	s.Clusters = slices.Clone(s.Clusters)
	order := fromBest(s.Clusters)
	for _, d := range details() {
		excess = d.drop(order, excess)
	}
	return s
}

// fromBest are the clusters from the one that fares best to the one that fares
// worst, the last by name first of those that fare alike.
func fromBest(clusters []Observation) []*Observation {
	order := make([]*Observation, len(clusters))
	for i := range clusters {
		order[len(clusters)-1-i] = &clusters[i]
	}
	slices.SortStableFunc(order, func(a, b *Observation) int { return cmp.Compare(a.gravity(), b.gravity()) })
	return order
}

// gravity is how bad it is in a cluster: as its copy fares, and no better than
// Unknown where the copy is not as it should be.
func (o *Observation) gravity() int {
	rank := 0
	if o.Vitals.Health != "" {
		rank = o.Vitals.Health.rank()
	}
	if o.State != OK {
		rank = max(rank, Unknown.rank())
	}
	return rank
}

// detail is something of some clusters that a summary can do without.
type detail struct {
	of   func(Observation) bool
	size func(Observation) int
	omit func(*Observation)
}

// details are in the order in which they are left out.
func details() []detail {
	return []detail{
		{isFine, remoteSize, omitRemote},
		{isFine, messageSize, omitMessages},
		{isNotFine, remoteSize, omitRemote},
		{isNotFine, messageSize, omitMessages},
	}
}

// drop leaves the detail out where it is, as long as there is an excess, and says
// what is left of that.
func (d detail) drop(order []*Observation, excess int) int {
	for _, o := range order {
		if excess <= 0 {
			break
		}
		if d.of(*o) {
			excess -= d.size(*o)
			d.omit(o)
		}
	}
	return excess
}

func isFine(o Observation) bool    { return o.State == OK && o.Vitals.Health.fine() }
func isNotFine(o Observation) bool { return !isFine(o) }

func omitRemote(o *Observation)   { o.Remote = nil }
func omitMessages(o *Observation) { o.Message, o.Vitals.Message = "", "" }

func remoteSize(o Observation) int {
	if len(o.Remote) == 0 {
		return 0
	}
	return fixedOfText + valueSize(o.Remote)
}

func messageSize(o Observation) int {
	return messageSizeOf(o.Message) + messageSizeOf(o.Vitals.Message)
}

func messageSizeOf(message string) int {
	if message == "" {
		return 0
	}
	return fixedOfText + len(message)
}

// The bytes that names and punctuation of JSON take.
const (
	fixedOfCluster   = 80
	fixedOfCondition = 210 // with its times, which whoever stores it adds
	fixedOfRollout   = 90
	fixedOfCount     = 4
	fixedOfText      = 20
	digitsOfNumber   = 20
)

// sizeOf estimates how large a summary is as JSON.
func sizeOf(s Summary) int {
	size := countsSize(s.Totals) + len(s.Worst.Message) + fixedOfCluster
	for _, c := range s.Conditions {
		size += fixedOfCondition + len(c.Reason) + len(c.Message)
	}
	for _, o := range s.Clusters {
		size += fixedOfCluster + len(o.Cluster) + len(o.State) + len(o.Vitals.Health) + messageSize(o) + remoteSize(o) + countsSize(o.Vitals.Counts)
		if o.Rollout.Phase != "" {
			size += fixedOfRollout + len(o.Rollout.Version)
		}
	}
	return size
}

func countsSize(counts []Count) int {
	size := 0
	for _, c := range counts {
		size += fixedOfCount + len(c.Name) + len(strconv.FormatInt(c.N, 10))
	}
	return size
}

// valueSize estimates how large a value of JSON is.
func valueSize(value any) int {
	switch v := value.(type) {
	case map[string]any:
		size := 2
		for key, field := range v {
			size += len(key) + 4 + valueSize(field)
		}
		return size
	case []any:
		size := 2
		for _, item := range v {
			size += 1 + valueSize(item)
		}
		return size
	case string:
		return len(v) + 2
	case bool, nil:
		return len("false")
	case int64:
		return len(strconv.FormatInt(v, 10))
	}
	return digitsOfNumber
}
