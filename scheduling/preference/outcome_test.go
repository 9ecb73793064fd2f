package preference

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/scheduling"
	"github.com/fedrail/fedrail/scheduling/failover"
)

// TestAThousandClustersThatWaitFitIntoACondition says how many there are.
func TestAThousandClustersThatWaitFitIntoACondition(t *testing.T) {
	var o outcome
	o.ReplicaSchedulingPreference = &v1alpha1.ReplicaSchedulingPreference{}
	for i := range 1000 {
		name := federation.ClusterName(fmt.Sprintf("cluster-in-a-region-far-away-%04d", i))
		o.Steps = append(o.Steps, failover.Step{Cluster: name, Give: 5})
		o.Plan.Shares = append(o.Plan.Shares, scheduling.Share{Cluster: name, Replicas: 3})
	}
	c := o.settled()
	require.Equal(t, v1alpha1.Waiting, c.Reason)
	require.Less(t, len(c.Message), 1<<10)
	require.Contains(t, c.Message, "cluster-in-a-region-far-away-0000 is told 5 instead of 3")
	require.Contains(t, c.Message, "and 992 more")
}
