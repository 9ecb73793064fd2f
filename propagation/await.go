package propagation

import (
	"slices"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// mostAwait is how long a first copy waits for what is about to come. Then it is
// tried all the same: the member knows best what is there.
const mostAwait = 10 * time.Second

// await returns the finding of a first copy that waits for what it needs, and
// false when there is nothing to wait for.
func (c *Controller) await(name federation.ClusterName, j job) (finding, bool) {
	if j.intent.Awaits == nil || j.waited >= mostAwait || slices.Contains(c.holders(j.intent.Key), name) {
		return finding{}, false
	}
	p := j.intent.Awaits(name)
	if p == nil {
		return finding{}, false
	}
	again := *p
	again.Retry, again.After, again.Lacking = RetryLater, mostAwait-j.waited, true
	f := failed(name, &again, status.CreationFailed, status.CreationTimedOut)
	f.awaits = true
	return f, true
}
