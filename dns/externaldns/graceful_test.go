package externaldns_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
)

func TestADrainThatConcernsNoRecordDoesNotWait(t *testing.T) {
	w := federate(t, 3, services)
	c := w.publish()
	members := c.Graceful(w.Members)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	drained := func(set federation.ClusterSet) bool {
		m, _ := set.Get("member3")
		return len(m.Taints) == 1 && m.Taints[0].Effect == corev1.TaintEffectNoExecute
	}
	w.set("member3", func(c *federation.Cluster) {
		c.Taints = []corev1.Taint{{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoExecute, TimeAdded: &metav1.Time{Time: time.Now()}}}
	})
	late := time.AfterFunc(30*time.Second, stop)
	defer late.Stop()
	for set := range members.Watch(ctx) {
		if drained(set) {
			break
		}
	}
	require.NoError(t, ctx.Err(), "it is seen soon after the start")
	require.True(t, drained(members.Snapshot()))

	w.set("member3", func(c *federation.Cluster) { c.Taints, c.Leaving = nil, federation.LeavingDelete })
	m, _ := members.Snapshot().Get("member3")
	require.Equal(t, federation.LeavingDelete, m.Leaving)
}
