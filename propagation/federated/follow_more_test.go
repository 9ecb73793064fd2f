package federated_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/status"
)

// TestAReferenceThatAnOverrideMakes counts in its own cluster, and what the
// override takes away does not.
func TestAReferenceThatAnOverrideMakes(t *testing.T) {
	b := followBed(t)
	onHost(b, configMaps, "usual", fields{"data": fields{"color": "blue"}})
	onHost(b, configMaps, "special", fields{"data": fields{"color": "red"}})
	deploy(b, "web", fromConfigMap("usual"), "member1", "member2")
	untilHeld(b, configMaps, "usual", "member1", "member2")
	b.Patch(deployments, "web", `{"spec":{"overrides":[{"clusterName":"member2","clusterOverrides":[`+
		`{"path":"/spec/template/spec/containers/0/envFrom","value":[{"configMapRef":{"name":"special"}}]}]}]}}`)
	untilHeld(b, configMaps, "special", "member2")
	untilHeld(b, configMaps, "usual", "member1")
	b.Patch(deployments, "web", `{"spec":{"overrides":[{"clusterName":"member2","clusterOverrides":[`+
		`{"op":"add","path":"/spec/template/spec/containers/0/envFrom/-","value":{"configMapRef":{"name":"special"}}}]}]}}`)
	untilHeld(b, configMaps, "usual", "member1", "member2")
	untilHeld(b, configMaps, "special", "member2")
	b.Patch(deployments, "web", `{"spec":{"overrides":null}}`)
	untilHeld(b, configMaps, "special")
	untilHeld(b, configMaps, "usual", "member1", "member2")
}

// TestWhatAServiceAccountRefersToGoesWithIt, to where the ServiceAccount goes and
// for as long as it does; but not the tokens of the host.
func TestWhatAServiceAccountRefersToGoesWithIt(t *testing.T) {
	b := followBed(t)
	for _, name := range []string{"pull", "mount", "other"} {
		onHost(b, secrets, name, fields{"stringData": fields{"p": name}})
	}
	onHost(b, serviceAccounts, "builder", fields{"imagePullSecrets": []any{fields{"name": "pull"}}, "secrets": []any{fields{"name": "mount"}, fields{"name": "token"}}})
	onHost(b, secrets, "token", fields{"type": "kubernetes.io/service-account-token",
		"metadata": fields{"annotations": fields{"kubernetes.io/service-account.name": "builder"}}})
	deploy(b, "web", fields{"serviceAccountName": "builder"}, "member1")
	untilHeld(b, serviceAccounts, "builder", "member1")
	untilHeld(b, secrets, "pull", "member1")
	untilHeld(b, secrets, "mount", "member1")
	before := b.Quiet()
	b.Stop()
	b.Run()
	require.Empty(t, b.Quiet().Since(before).Only(budget.Request.Write), "a restart writes nothing")
	require.Nil(t, b.Copy(b.Servers[0], secrets, "token"))

	moveTo(b, "web", `{"name":"member2"}`)
	untilHeld(b, secrets, "pull", "member2")
	untilHeld(b, serviceAccounts, "builder", "member2")
	changeOnHost(b, serviceAccounts, "builder", `{"imagePullSecrets":[{"name":"other"}]}`)
	untilHeld(b, secrets, "other", "member2")
	untilHeld(b, secrets, "pull")
	b.Delete(deployments, "web")
	untilHeld(b, secrets, "other")
	untilHeld(b, secrets, "mount")
	untilHeld(b, serviceAccounts, "builder")
}

// followsOf is the condition DependenciesFollow; the zero Condition when there is
// none.
func followsOf(b *testbed.Bed, name string) federatedkind.Condition {
	b.Helper()
	for _, c := range b.Status(deployments, name).Conditions {
		if c.Type == status.DependenciesFollow {
			return c
		}
	}
	return federatedkind.Condition{}
}

// TestWhatTheHostLacksIsTold to whoever refers to it, and does no harm otherwise:
// the members may have it from elsewhere.
func TestWhatTheHostLacksIsTold(t *testing.T) {
	b := followBed(t)
	onHost(b, configMaps, "there", fields{"data": fields{"color": "blue"}})
	deploy(b, "web", fields{"envFrom": []any{
		fields{"configMapRef": fields{"name": "config"}}, fields{"configMapRef": fields{"name": "there"}},
		fields{"secretRef": fields{"name": "maybe", "optional": true}},
	}}, "member1")
	lacks := `the host has no ConfigMap "config": create or federate it, and it follows; what the clusters have themselves is not looked at`
	lacking := func() bool {
		c := followsOf(b, "web")
		return c.Status == metav1.ConditionFalse && c.Reason == status.DependencyMissing && c.Message == lacks
	}
	b.Until("it is told", lacking)
	untilEvent(b, "web", "DependencyMissing: "+lacks)
	b.UntilReady(deployments, "web")
	untilHeld(b, configMaps, "there", "member1")
	before := b.Quiet()
	b.Stop()
	b.Run()
	require.Empty(t, b.Quiet().Since(before).Only(budget.Request.Write), "a restart writes nothing")
	require.True(t, lacking())

	onHost(b, configMaps, "config", fields{"data": fields{"color": "blue"}})
	untilHeld(b, configMaps, "config", "member1")
	b.Until("nothing is lacking", func() bool { return followsOf(b, "web").Type == "" })
	require.NoError(t, b.In(b.Host, configMaps).Delete(t.Context(), "config", metav1.DeleteOptions{}))
	b.Until("it is told again", lacking)
	b.Create(configMaps, "config", fields{"template": fields{"data": fields{"color": "declared"}}, "placement": placedIn("member1")})
	b.Until("what is declared is not lacking", func() bool { return followsOf(b, "web").Type == "" })
}
