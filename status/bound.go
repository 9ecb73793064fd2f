package status

import (
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
// their messages last; each from the last cluster to the first, and no further
// than it has to.
//
// The names, states, rollouts, healths and counts of all clusters stay, and so do
// conditions and totals, whatever the limit: for a Deployment, these are 165 bytes
// a cluster. Neither the summary that is given nor its clusters are modified, and
// equal summaries are bounded alike.
func Bound(s Summary, bytes int) Summary {
	excess := sizeOf(s) - bytes
	if excess <= 0 {
		return s
	}
	s.Clusters = slices.Clone(s.Clusters)
	for _, d := range details() {
		excess = d.drop(s.Clusters, excess)
	}
	return s
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
func (d detail) drop(clusters []Observation, excess int) int {
	for i := len(clusters) - 1; i >= 0 && excess > 0; i-- {
		if d.of(clusters[i]) {
			excess -= d.size(clusters[i])
			d.omit(&clusters[i])
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
