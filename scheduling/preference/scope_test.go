package preference_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
)

func TestSelectorsCountWhereThatIsAsked(t *testing.T) {
	w := federate(t, 3, deployments)
	w.begin()
	w.deploy("web", fields{"placement": fields{"clusterSelector": fields{"matchExpressions": []any{
		fields{"key": "name", "operator": "In", "values": []any{"member1", "member2"}}}}}})
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6), "intersectWithClusterSelector": true})
	w.untilHeld("web", by{"member1": 3, "member2": 3})
	require.Equal(t, []string{"member1", "member2"}, w.placed(deployments, "web"))
	w.Patch(testbed.Namespaces(), w.Namespace, `{"spec":{"placement":{"clusterSelector":{"matchLabels":{"name":"member2"}}}}}`)
	w.Until("where both are", func() bool { return maps.Equal(by{"member2": 6}, w.told(deployments, "web", "/spec/replicas")) })
	require.Equal(t, []string{"member2"}, w.placed(deployments, "web"))
	w.Patch(deployments, "web", `{"spec":{"placement":{"clusterSelector":{"matchExpressions":[{"key":"name","operator":"In","values":["member3"]}]}}}}`)
	s := w.untilTold("web", v1alpha1.Scheduled, metav1.ConditionFalse, v1alpha1.NoClusters)
	require.Equal(t, "spec.placement.clusterSelector of FederatedNamespace "+w.Namespace+" chooses none of the clusters that are left", s.Conditions[0].Message)
	require.Equal(t, by{"member2": 6}, w.told(deployments, "web", "/spec/replicas"), "what was decided stays")
}

func TestAFederationOfOneNamespaceReadsNoOther(t *testing.T) {
	w := federate(t, 0, deployments)
	w.pretendMembers("a", "b")
	w.Preference.Scope = federation.NamespaceScoped
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(2)})
	w.Namespace, w.Preference.SystemNamespace = w.System, w.System
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(2)})
	w.schedule()
	w.untilScheduled("web")
	require.Equal(t, by{"a": 1, "b": 1}, w.told(deployments, "web", "/spec/replicas"))
}

// TestOnlyWhatIsNeededIsWatched has federated objects watched while a preference is
// about them, and not before or after.
func TestOnlyWhatIsNeededIsWatched(t *testing.T) {
	w := federate(t, 0, deployments, jobs)
	w.pretendMembers("a")
	w.deploy("web", nil)
	w.deploy("api", nil)
	w.schedule()
	reads := func(of func(budget.Request) bool) budget.Requests {
		return w.Counter.Requests().Only(func(r budget.Request) bool {
			return r.Cluster == schedulerName && (r.Verb == "list" || r.Verb == "watch") && of(r)
		})
	}
	watched := func() []string {
		var all []string
		for r := range reads(func(budget.Request) bool { return true }) {
			all = append(all, r.Resource)
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	lists := func(resource string) int {
		return reads(func(r budget.Request) bool { return r.Resource == resource }).Total()
	}
	w.Quiet()
	require.Equal(t, []string{"federatedtypeconfigs", "replicaschedulingpreferences"}, watched())
	for _, name := range []string{"web", "api"} {
		w.prefer(name, fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(2)})
		w.untilScheduled(name)
	}
	w.Quiet()
	require.Equal(t, []string{"federateddeployments", "federatedtypeconfigs", "replicaschedulingpreferences"}, watched())
	once := lists("federateddeployments")
	w.deletePreference("web")
	w.Quiet()
	require.Equal(t, once, lists("federateddeployments"), "the other one needs it")
	w.deletePreference("api")
	w.Quiet()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(3)})
	w.untilScheduled("web")
	require.Greater(t, lists("federateddeployments"), once, "it is watched anew")
}

func TestNothingIsLeftRunning(t *testing.T) {
	w := federate(t, 0, deployments)
	w.pretendMembers("a")
	w.deploy("web", nil)
	before := goleak.IgnoreCurrent()
	w.schedule()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(2)})
	w.untilScheduled("web")
	w.halt()
	require.NoError(t, goleak.Find(before,
		goleak.IgnoreAnyFunction("internal/poll.runtime_pollWait"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"),
		goleak.IgnoreAnyFunction("golang.org/x/net/http2.(*ClientConn).readLoop")))
}
