package externaldns

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// report sends an event when a record comes into trouble, out of it, or into
// another one. A cluster that fails concerns many records, and is no news of each:
// its own events say so.
func (c *Controller) report(e entry, now v1alpha1.DNSRecordStatus) {
	if c.Events == nil {
		return
	}
	was, is := meta.FindStatusCondition(e.status.Conditions, v1alpha1.Ready), meta.FindStatusCondition(now.Conditions, v1alpha1.Ready)
	switch bad := was != nil && was.Status == "False"; {
	case is.Status == "False" && (!bad || was.Reason != is.Reason):
		c.Events.Event(e.object, corev1.EventTypeWarning, is.Reason, is.Message)
	case is.Status == "True" && bad:
		c.Events.Event(e.object, corev1.EventTypeNormal, is.Reason, is.Message)
	}
}
