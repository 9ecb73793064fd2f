package propagation

import (
	"time"

	"github.com/fedrail/fedrail/federation"
)

// An Estimator is a [Propagator] that knows how long a cluster may take to
// answer.
type Estimator interface {
	// AnswersWithin is how long a report waits at least for a cluster that has not
	// answered yet, as Options.Patience says for all of them; 0 is no longer than
	// that. It is called often, concurrently, and answers from memory.
	AnswersWithin(cluster federation.ClusterName) time.Duration
}

// patience is how long a report waits for a cluster.
func (o Options) patience(name federation.ClusterName) time.Duration {
	if e, knows := o.Propagator.(Estimator); knows {
		return max(o.Patience, e.AnswersWithin(name))
	}
	return o.Patience
}
