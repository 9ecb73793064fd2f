package federated_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	corev1alpha1 "github.com/fedrail/fedrail/federation/apis/core/v1alpha1"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
)

var services = federation.Type{Version: "v1", Kind: "Service", Resource: "services", Scope: federation.NamespaceScoped}

// collect changes what the config of services says, and returns what then runs.
func collect(b *testbed.Bed, change string) func() (status any) {
	configs := b.Client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(b.System)
	_, err := configs.Patch(b.Context(), "services", types.MergePatchType, []byte(change), metav1.PatchOptions{})
	require.NoError(b, err)
	return func() any {
		config, err := configs.Get(b.Context(), "services", metav1.GetOptions{})
		require.NoError(b, err)
		running, _, _ := unstructured.NestedString(config.Object, "status", "statusController")
		return running
	}
}

func serviceStatuses(b *testbed.Bed) dynamic.ResourceInterface {
	return b.Client.Resource(corev1alpha1.FederatedServiceStatuses()).Namespace(b.Namespace)
}

// balance writes in a member what a load balancer says there.
func balance(b *testbed.Bed, member int, ip string) {
	_, err := b.In(b.Servers[member], services).Patch(b.Context(), "web", types.MergePatchType,
		[]byte(`{"status":{"loadBalancer":{"ingress":[{"ip":"`+ip+`"}]}}}`), metav1.PatchOptions{}, "status")
	require.NoError(b, err)
}

// TestTheStatusOfServicesIsCollectedAsKubeFedDid into an object beside the
// FederatedService, which is written when it changes, and goes with that.
func TestTheStatusOfServicesIsCollectedAsKubeFedDid(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], services)
	running := collect(b, `{"spec":{"statusType":{"group":"core.kubefed.io","version":"v1alpha1","kind":"FederatedServiceStatus",
		"pluralName":"federatedservicestatuses","scope":"Namespaced"}}}`)
	b.Run()
	service := b.Create(services, "web", map[string]any{
		"template":  map[string]any{"spec": map[string]any{"type": "LoadBalancer", "ports": []any{map[string]any{"port": int64(80)}}}},
		"placement": map[string]any{"clusterSelector": map[string]any{}},
	})
	b.UntilReady(services, "web")
	balance(b, 0, "192.0.2.1")
	balance(b, 1, "192.0.2.2")
	at := func(ip string) any {
		return map[string]any{"loadBalancer": map[string]any{"ingress": []any{map[string]any{"ip": ip, "ipMode": "VIP"}}}}
	}
	says := func(first, second string) func() bool {
		return func() bool {
			o, err := serviceStatuses(b).Get(t.Context(), "web", metav1.GetOptions{})
			if err != nil {
				return false
			}
			owners := o.GetOwnerReferences()
			require.Len(t, owners, 1)
			require.Equal(t, service.GetUID(), owners[0].UID)
			return reflect.DeepEqual(o.Object["clusterStatus"], []any{
				map[string]any{"clusterName": "member1", "status": at(first)}, map[string]any{"clusterName": "member2", "status": at(second)},
			})
		}
	}
	b.Until("collected", says("192.0.2.1", "192.0.2.2"))
	require.Equal(t, "Running", running())

	before := b.Quiet()
	b.Patch(services, "web", `{"metadata":{"labels":{"a":"b"}}}`)
	b.Stop()
	b.Run()
	require.Empty(t, b.Quiet().Since(before).Only(budget.Request.Write), "nothing changed")
	balance(b, 1, "192.0.2.3")
	b.Until("it follows", says("192.0.2.1", "192.0.2.3"))
	require.NoError(t, serviceStatuses(b).Delete(t.Context(), "web", metav1.DeleteOptions{}))
	b.Until("it is there again", says("192.0.2.1", "192.0.2.3"))

	collect(b, `{"spec":{"statusCollection":"Disabled"}}`)
	b.Until("nobody collects", func() bool { return running() == "NotRunning" })
}
