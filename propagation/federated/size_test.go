package federated_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

// verbose judges every copy to be ill, at length.
type verbose struct{}

// Judge implements [status.Judge].
func (verbose) Judge(object *unstructured.Unstructured) status.Vitals {
	return status.Vitals{Health: status.Degraded, Message: strings.Repeat("ö", 2000), Counts: status.Kinds{}.Judge(object).Counts}
}

// TestAnAPIServerTakesTheStatusOfHundredsOfClusters that have a lot to say, and what
// it gives back is not written again.
func TestAnAPIServerTakesTheStatusOfHundredsOfClusters(t *testing.T) {
	const n = 400
	b := testbed.New(t, servers.Shared(t, "host")[0], nil, deployments)
	for i := range n {
		b.Members.Put(federation.Cluster{Name: federation.ClusterName(fmt.Sprintf("cluster-%04d.europe", i)), Ready: true})
	}
	pretend := &memory.Propagator{Judge: verbose{}}
	b.Types.Carry = func(c *corev1beta1.FederatedTypeConfig) (propagation.Propagator, error) {
		if c.Spec.TargetType.Kind == deployments.Kind {
			return pretend, nil
		}
		return &memory.Propagator{}, nil
	}
	b.Run()
	declareDeployment(b)
	b.Until("reported", func() bool { return condition(b.Status(deployments, "web"), "Applied").Status == metav1.ConditionTrue })
	before := b.Quiet()
	s := b.Status(deployments, "web")
	require.Len(t, s.Clusters, n)
	require.EqualValues(t, n, s.Totals["replicas"])
	require.Greater(t, told(s), n/4)
	require.Less(t, told(s), n)
	stored, err := json.Marshal(s)
	require.NoError(t, err)
	require.LessOrEqual(t, len(stored), status.MaxSummary)
	require.Greater(t, len(stored), status.MaxSummary/4*3, "no more is left out than has to be")

	b.Stop()
	b.Run()
	require.Empty(t, b.Quiet().Since(before).Only(budget.Request.Write))
}

// told is how many clusters have something to say.
func told(s federatedkind.Status) int {
	n := 0
	for _, c := range s.Clusters {
		if c.HealthMessage != "" {
			n++
		}
	}
	return n
}
