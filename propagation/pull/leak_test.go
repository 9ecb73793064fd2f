package pull_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/pull"
)

// TestNothingIsLeftRunning when all three have ended.
func TestNothingIsLeftRunning(t *testing.T) {
	all := servers.Shared(t, "host", "member1")
	host, member := all[0], all[1]
	install(t, host)
	admit(t, host, "leaks", nil)
	namespace := controlplanetest.Namespace(t, member)
	before := goleak.IgnoreCurrent()
	o := agentOf(t, host, member, budget.New())
	o.Cluster = "leaks"
	stopAgent := run(t, o)
	toHost := dial(t, host.Config(), budget.New(), "host")
	registry, err := pull.NewRegistry(pull.RegistryOptions{Client: toHost.objects})
	require.NoError(t, err)
	stopRegistry := background(t, registry.Start)
	p, err := pull.New(pull.Options{Client: toHost.objects, Writer: toHost.writer, Type: configMaps})
	require.NoError(t, err)
	for range 2 { // it may observe again
		stop := background(t, func(ctx context.Context) error { return p.Observe(ctx, func(propagation.Change) {}) })
		bedOf(t).Until("held", func() bool {
			_, err := p.Apply(t.Context(), "leaks", labelled(configMap(namespace, "web")), propagation.Holding{Parent: "parent"})
			return err == nil
		})
		stop()
	}
	stopRegistry()
	stopAgent()
	require.NoError(t, withoutConnections(before))
}

// withoutConnections looks for goroutines that are left, but for those of
// connections, which client-go keeps for whoever comes next.
func withoutConnections(before goleak.Option) error {
	return goleak.Find(before,
		goleak.IgnoreAnyFunction("internal/poll.runtime_pollWait"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"),
		goleak.IgnoreAnyFunction("net/http.(*http2ClientConn).readLoop"),
		goleak.IgnoreAnyFunction("golang.org/x/net/http2.(*ClientConn).readLoop"))
}

func TestOptionsThatAreMissing(t *testing.T) {
	_, err := pull.New(pull.Options{})
	require.EqualError(t, err, "pull: Options.Client is required\npull: Options.Writer is required\npull: Options.Type is required")
	_, err = pull.NewAgent(pull.AgentOptions{Member: &rest.Config{}})
	require.EqualError(t, err, "pull: AgentOptions.Cluster is required\npull: AgentOptions.Client is required\npull: AgentOptions.Writer is required")
	_, err = pull.NewRegistry(pull.RegistryOptions{})
	require.EqualError(t, err, "pull: RegistryOptions.Client is required")
}

// TestBeforeItObserves nothing is known, and nothing is said to be gone.
func TestBeforeItObserves(t *testing.T) {
	host := servers.Shared(t, "host")[0]
	toHost := dial(t, host.Config(), budget.New(), "host")
	p, err := pull.New(pull.Options{Client: toHost.objects, Writer: toHost.writer, Type: configMaps})
	require.NoError(t, err)
	for _, err := range []error{
		second(p.Apply(t.Context(), "a", configMap("shop", "web"), propagation.Holding{})),
		second(p.Remove(t.Context(), "a", propagation.Key{Name: "web"}, propagation.Removal{})),
	} {
		problem, explains := errors.AsType[*propagation.Problem](err)
		require.True(t, explains)
		require.Equal(t, propagation.RetryOnChange, problem.Retry)
		require.EqualError(t, problem, "the bundles on the host have not been listed yet")
	}
}

func second(_ propagation.Outcome, err error) error { return err }
