package explanation

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/status"
)

// recordedOf is what was recorded of an object; nil when nothing was.
func recordedOf(o *unstructured.Unstructured, reported status.Summary) *Recorded {
	if len(reported.Conditions)+len(reported.Clusters) == 0 {
		return nil
	}
	r := &Recorded{Generation: reported.Generation, Current: reported.Generation == o.GetGeneration(), Written: writtenAt(o)}
	for _, c := range reported.Conditions {
		if c.Type == status.Ready {
			r.Ready, r.Reason, r.Message = c.Status, c.Reason, c.Message
		}
	}
	return r
}

// writtenAt is when the status of a federated object was written last: by the API
// server's own record, or by the conditions.
func writtenAt(o *unstructured.Unstructured) metav1.Time {
	last := statusWritten(o.GetManagedFields())
	written, _ := federatedkind.StatusOf(o) // one that cannot be read says nothing
	for _, c := range written.Conditions {
		if last.Before(&c.LastUpdateTime) {
			last = c.LastUpdateTime
		}
	}
	return last
}

func statusWritten(managers []metav1.ManagedFieldsEntry) metav1.Time {
	var last metav1.Time
	for _, m := range managers {
		if m.Subresource == "status" && m.Time != nil && last.Before(m.Time) {
			last = *m.Time
		}
	}
	return last
}

// compare says why what is recorded is not what is decided now.
func (c *Cluster) compare(r *Recorded, o Object) {
	there := c.Recorded != nil && !subject.IsRemoval(status.State(c.Recorded.State))
	behind := ""
	switch {
	case r == nil:
		behind = "no controller has recorded anything of the object yet: is one running?"
	case !r.Current:
		behind = fmt.Sprintf("what is recorded is of generation %d, and the object is at %d: no controller has come to it yet", r.Generation, o.Generation)
	}
	switch {
	case c.Chosen == there && !(c.Recorded != nil && !c.Chosen):
		c.compareFate(r)
	case c.Recorded != nil && !c.Chosen && !there:
		c.Differs = "the copy is on its way out: " + c.Recorded.tells()
	case behind != "":
		c.Differs = behind
	case c.Chosen:
		c.Differs = "it is chosen now, and was not when that was recorded: a controller is about to create the copy, or does not run"
	case r.Reason == LossGuarded:
		c.Chosen, c.Reason, c.Message = true, LossGuarded, r.Message+"; without that: "+c.Message
	default:
		c.Differs = "it is not chosen now, and was when that was recorded: a controller is about to remove the copy, or does not run"
	}
}

// compareFate is compare for a cluster that is chosen, now and as recorded.
func (c *Cluster) compareFate(r *Recorded) {
	switch {
	case !c.Chosen:
	case c.Recorded.State != "OK":
		c.Differs = "the copy is not as it should be: " + c.Recorded.tells()
	case c.Failed != "":
		c.Differs = "no copy can be made now; what is there is an earlier one"
	case c.NotReady != "":
		c.Differs = "the cluster is not ready now, and what is recorded was seen before"
	case r != nil && !r.Current:
		c.Differs = "what is recorded is of an earlier generation"
	}
}

// tells is the state and the message.
func (r RecordedCluster) tells() string {
	if r.Message == "" {
		return r.State
	}
	return r.State + ": " + r.Message
}
