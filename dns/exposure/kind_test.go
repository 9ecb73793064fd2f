package exposure_test

import (
	"errors"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/internal/crdtest"
)

// gate lets requests to a member through, or none while it is shut.
type gate struct{ shut atomic.Bool }

func (g *gate) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if g.shut.Load() {
			return nil, errors.New("the gate is shut")
		}
		return next.RoundTrip(r)
	})
}

// uninstallGateways has the member know their kind no more.
func (w *world) uninstallGateways() {
	w.Helper()
	client, err := dynamic.NewForConfig(w.server.Config())
	require.NoError(w, err)
	definitions := client.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	require.NoError(w, definitions.Delete(w.Context(), gateways().Name, metav1.DeleteOptions{}))
	all := client.Resource(schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: "gateways"})
	w.until("uninstalled", func() bool {
		_, err := all.List(w.Context(), metav1.ListOptions{})
		return apierrors.IsNotFound(err)
	})
}

// TestAKindThatGoesWhileAMemberIsAwayIsNotKnownAnyMore, and nobody is sent to what was
// of it.
func TestAKindThatGoesWhileAMemberIsAwayIsNotKnownAnyMore(t *testing.T) {
	w := newWorld(t, servers.Fresh(t, "member1")[0])
	crdtest.Install(t, w.server.Config(), gateways())
	var g gate
	config := w.server.Config()
	config.Wrap(g.wrap)
	w.use("", config)
	web := exposure.Subject{Kind: exposure.Gateway, Namespace: w.namespace, Name: "web"}
	w.gateway("web", map[string]any{"value": "192.0.2.1"})
	w.follow(web)
	w.run()
	w.untilSeen(web, at("192.0.2.1"))

	g.shut.Store(true)
	w.server.Kill()
	w.until("its watch is gone", func() bool { return len(w.streams.paths()) == 0 })
	require.NoError(t, w.server.Restart(t.Context()))
	w.uninstallGateways()
	w.requireSeen(web, at("192.0.2.1"))
	w.deaf()
	g.shut.Store(false)
	w.untilUnknown(web, "cluster member1 does not know the kind of gateways: install its definition there")
	w.untilTold(web, 1)
	crdtest.Install(t, w.server.Config(), gateways())
	w.untilSeen(web, exposure.Exposure{})
}
