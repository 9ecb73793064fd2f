package kubeconfig_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/federationtest"
	"github.com/fedrail/fedrail/federation/kubeconfig"
)

func TestRegistryKeepsTheContract(t *testing.T) {
	federationtest.TestRegistry(t, func(t *testing.T) federationtest.Fixture {
		content := clientcmdapi.NewConfig()
		content.Clusters["c"] = &clientcmdapi.Cluster{Server: "http://127.0.0.1:1"}
		file := path(t, nil)
		save := func() {
			bytes, err := clientcmd.Write(*content)
			require.NoError(t, err)
			rewrite(t, file, bytes)
		}
		save()
		registry, err := kubeconfig.New(options(file))
		require.NoError(t, err)
		ctx, stop := context.WithCancel(context.Background())
		t.Cleanup(stop)
		return federationtest.Fixture{
			Registry: registry,
			Open: func() {
				ended := make(chan error, 1)
				go func() { ended <- registry.Start(ctx) }()
				t.Cleanup(func() {
					stop()
					require.NoError(t, <-ended)
				})
			},
			Put: func(name federation.ClusterName) {
				content.Contexts[string(name)] = &clientcmdapi.Context{Cluster: "c"}
				save()
			},
			Remove: func(name federation.ClusterName) {
				delete(content.Contexts, string(name))
				save()
			},
			Silence: stop,
		}
	})
}
