package sources_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/sources"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

func TestObjectsAreKnownWhenWhoeverListensWasTold(t *testing.T) {
	client, err := dynamic.NewForConfig(servers.Shared(t, "host")[0].Config())
	require.NoError(t, err)
	namespaces := federation.Type{Version: "v1", Kind: "Namespace", Resource: "namespaces", Scope: federation.ClusterScoped}
	source := sources.New(client, namespaces, "")
	began, free := make(chan struct{}, 100), make(chan struct{})
	goOn := sync.OnceFunc(func() { close(free) })
	require.NoError(t, source.OnChange(func(_, _ *unstructured.Unstructured) { began <- struct{}{}; <-free }))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); source.Run(ctx) }()
	defer func() { goOn(); stop(); <-ended }()

	<-began
	require.Eventually(t, func() bool { return len(source.All()) > 1 }, time.Minute, 10*time.Millisecond)
	require.False(t, source.HasSynced(), "one is being told of, and more are waiting")
	goOn()
	require.True(t, sources.Wait(t.Context(), source))
}
