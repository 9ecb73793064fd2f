package scheduling

import "fmt"

// Why is what decided how many replicas a cluster gets.
type Why string

// The reasons.
const (
	NotWanted       Why = "NotWanted"       // no preference speaks of the cluster
	NoWeight        Why = "NoWeight"        // it has no weight, so it gets its minimum at the most
	NotNeeded       Why = "NotNeeded"       // others take all there are
	ByWeight        Why = "ByWeight"        // its share by weight
	InOrder         Why = "InOrder"         // it was its turn
	Kept            Why = "Kept"            // more than its share, for they run there already
	AtMinimum       Why = "AtMinimum"       // its minimum, which is more than its share
	BelowMinimum    Why = "BelowMinimum"    // there are too few for everybody's minimum
	AtMaximum       Why = "AtMaximum"       // its maximum
	AtCapacity      Why = "AtCapacity"      // all that fit there
	UnknownCapacity Why = "UnknownCapacity" // it is not known what fits there
	AtSkew          Why = "AtSkew"          // one more, and its place would have too many more than another
)

// Explain says it for people.
func (s Share) Explain() string {
	switch s.Why {
	case NotWanted:
		return fmt.Sprintf("no preference names the cluster, nor is there one for %q", Others)
	case NoWeight:
		return "its weight is 0, so it gets no more than its minimum"
	case NotNeeded:
		return "no replica is left for it"
	case ByWeight:
		return "its share by weight"
	case InOrder:
		return "its turn in the order"
	case Kept:
		return fmt.Sprintf("it has %d already, and none is moved unasked", s.Limit)
	case AtMinimum:
		return fmt.Sprintf("its minimum is %d", s.Limit)
	case BelowMinimum:
		return fmt.Sprintf("its minimum is %d, and there are too few replicas for the minimum of every cluster", s.Limit)
	case AtMaximum:
		return fmt.Sprintf("its maximum is %d", s.Limit)
	case AtCapacity:
		return fmt.Sprintf("no more than %d fit there", s.Limit)
	case UnknownCapacity:
		return "it is not known how many fit there"
	case AtSkew:
		return "with more, its region or zone would be too far ahead of another"
	}
	return string(s.Why)
}
