package federated_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/testbed"
)

// configs are the FederatedTypeConfigs of a bed.
func configs(b *testbed.Bed) dynamic.ResourceInterface {
	return b.Client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(b.System)
}

// setPropagation enables or disables a type, and waits until that is so.
func setPropagation(b *testbed.Bed, t federation.Type, propagation, controller string) {
	b.Helper()
	_, err := configs(b).Patch(context.Background(), t.String(), types.MergePatchType,
		[]byte(`{"spec":{"propagation":"`+propagation+`"}}`), metav1.PatchOptions{})
	require.NoError(b, err)
	b.Until(t.String()+" "+controller, func() bool {
		config, err := configs(b).Get(context.Background(), t.String(), metav1.GetOptions{})
		require.NoError(b, err)
		status, _ := config.Object["status"].(fields)
		return status["propagationController"] == controller && status["observedGeneration"] == config.GetGeneration()
	})
}

// finalizersOf are those of a federated object.
func finalizersOf(b *testbed.Bed, name string) []string {
	b.Helper()
	o, err := b.Federated(configMaps).Get(context.Background(), name, metav1.GetOptions{})
	require.NoError(b, err)
	return o.GetFinalizers()
}

// newDisable is a running bed with two ConfigMaps in two members.
func newDisable(t *testing.T) *testbed.Bed {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], configMaps)
	b.Types.Loop.LetGoAfter = 200 * time.Millisecond
	b.Run()
	for _, name := range []string{"gone", "stays"} {
		b.Create(configMaps, name, everywhereBlue())
		b.UntilReady(configMaps, name)
	}
	return b
}

// requireBlue says of a member that it holds a copy as it was first declared.
func requireBlue(b *testbed.Bed, member int, name string) {
	b.Helper()
	require.Equal(b, fields{"color": "blue"}, dataOf(b, member, name))
}

// TestADisabledTypeServesDeletionsAlone: nothing is carried and nothing cleaned,
// and what is deleted goes. Enabled again it goes on.
func TestADisabledTypeServesDeletionsAlone(t *testing.T) {
	for name, between := range map[string]func(*testbed.Bed){
		"the same controller": func(*testbed.Bed) {},
		"a restart":           func(b *testbed.Bed) { b.Stop(); b.Run() },
	} {
		t.Run(name, func(t *testing.T) {
			b := newDisable(t)
			setPropagation(b, configMaps, "Disabled", "NotRunning")
			between(b)
			b.Patch(configMaps, "stays", `{"spec":{"template":{"data":{"color":"green"}},"placement":{"clusters":[]}}}`)
			b.Create(configMaps, "new", everywhereBlue())
			b.Delete(configMaps, "gone")
			for i := range b.Servers {
				require.Nil(t, b.Copy(b.Servers[i], configMaps, "gone"))
				require.Nil(t, b.Copy(b.Servers[i], configMaps, "new"))
				requireBlue(b, i, "stays")
			}
			require.Empty(t, finalizersOf(b, "new"))

			b.Patch(configMaps, "stays", `{"spec":{"placement":{"clusters":null,"clusterSelector":{}}}}`)
			setPropagation(b, configMaps, "Enabled", "Running")
			b.UntilReady(configMaps, "stays")
			b.UntilReady(configMaps, "new")
			require.Equal(t, fields{"color": "green"}, dataOf(b, 0, "stays"))
		})
	}
}

// TestADisabledTypeLetsGoOfWhatCannotBeReached as an enabled one does.
func TestADisabledTypeLetsGoOfWhatCannotBeReached(t *testing.T) {
	b := newDisable(t)
	setPropagation(b, configMaps, "Disabled", "NotRunning")
	setReady(b, "member2", false)
	b.Delete(configMaps, "gone")
	setReady(b, "member2", true)
	b.Until("the copy goes", func() bool { return b.Copy(b.Servers[1], configMaps, "gone") == nil })
	b.Until("nothing is kept", func() bool { return len(leftBehind(b)) == 0 })
	requireBlue(b, 1, "stays")
}

// untilConfigGone waits until a FederatedTypeConfig is gone.
func untilConfigGone(b *testbed.Bed, t federation.Type) {
	b.Helper()
	b.Until("the config is gone", func() bool {
		_, err := configs(b).Get(context.Background(), t.String(), metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	})
}

// TestADeletedTypeLeavesNoFinalizer, whether or not the controller ran when it
// was deleted: objects and copies stay, and nobody holds the objects. What was
// being deleted then goes first.
func TestADeletedTypeLeavesNoFinalizer(t *testing.T) {
	for name, c := range map[string]struct{ before, after func(*testbed.Bed) }{
		"while the controller runs": {func(*testbed.Bed) {}, func(*testbed.Bed) {}},
		"while it does not":         {(*testbed.Bed).Stop, (*testbed.Bed).Run},
		"after it was disabled":     {func(b *testbed.Bed) { setPropagation(b, configMaps, "Disabled", "NotRunning") }, func(*testbed.Bed) {}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newDisable(t)
			require.Equal(t, []string{federatedkind.Finalizer}, finalizersOf(b, "stays"))
			c.before(b)
			require.NoError(t, b.Federated(configMaps).Delete(t.Context(), "gone", metav1.DeleteOptions{}))
			require.NoError(t, configs(b).Delete(t.Context(), configMaps.String(), metav1.DeleteOptions{}))
			c.after(b)
			untilConfigGone(b, configMaps)
			b.UntilGone(configMaps, "gone")
			require.Empty(t, finalizersOf(b, "stays"))
			for i := range b.Servers {
				require.Nil(t, b.Copy(b.Servers[i], configMaps, "gone"))
				requireBlue(b, i, "stays")
			}

			b.Patch(configMaps, "stays", `{"spec":{"template":{"data":{"color":"green"}}}}`)
			b.Configure(federatedkind.Kind{Target: configMaps}.TypeConfig(b.System))
			b.UntilReady(configMaps, "stays")
			require.Equal(t, fields{"color": "green"}, dataOf(b, 0, "stays"))
			require.Equal(t, []string{federatedkind.Finalizer}, finalizersOf(b, "stays"))
			b.Delete(configMaps, "stays")
			require.Nil(t, b.Copy(b.Servers[1], configMaps, "stays"))
		})
	}
}

// TestWithoutTheConfigOfNamespacesDeletionsAreServed: types in namespaces do not
// run without it.
func TestWithoutTheConfigOfNamespacesDeletionsAreServed(t *testing.T) {
	b := newDisable(t)
	require.NoError(t, configs(b).Delete(t.Context(), "namespaces", metav1.DeleteOptions{}))
	untilConfigGone(b, testbed.Namespaces())
	b.Delete(configMaps, "gone")
	for i := range b.Servers {
		require.Nil(t, b.Copy(b.Servers[i], configMaps, "gone"))
		requireBlue(b, i, "stays")
	}
	b.Delete(testbed.Namespaces(), b.Namespace) // nobody holds it
}
