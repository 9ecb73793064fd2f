package kubefed_test

import (
	"context"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// wire is a way to a member on which everything may get lost.
type wire struct {
	net.Listener
	to    string
	lossy atomic.Bool // also for connections that are made meanwhile, for ever
}

// newWire leads to an address until the test ends.
func newWire(t *testing.T, to string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &wire{Listener: listener, to: to}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			here, err := listener.Accept()
			if err != nil {
				return
			}
			w.connect(t, here)
		}
	}()
	return w
}

// connect joins a connection with one to the other end.
func (w *wire) connect(t *testing.T, here net.Conn) {
	there, err := net.Dial("tcp", w.to)
	if err != nil {
		_ = here.Close()
		return
	}
	dead := &atomic.Bool{}
	end := sync.OnceFunc(func() { _ = here.Close(); _ = there.Close() })
	t.Cleanup(end)
	go w.carry(dead, here, there, end)
	go w.carry(dead, there, here, end)
}

// carry takes what comes from one end to the other, until it gets lost: from then
// on all of it does.
func (w *wire) carry(dead *atomic.Bool, from, to net.Conn, end func()) {
	defer end()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if w.lossy.Load() {
			dead.Store(true)
		}
		if dead.Load() {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// A firewall that forgets connections leaves clients with some that are dead and
// do not say so. When probes get through again, so do requests, at once.
func TestDeadConnectionsAreNotUsedWhenTheMemberReturns(t *testing.T) {
	h := newHost(t)
	member := servers.Shared(t, "m1")[0]
	way := newWire(t, strings.TrimPrefix(member.URL(), "https://"))
	h.join(member, nil)
	spec := specOf(member)
	spec.APIEndpoint = "https://" + way.Addr().String()
	h.put("m1", spec, nil)
	registry, _ := h.start(h.options())
	await(t, registry, ready("m1"))
	config, err := registry.Config("m1")
	require.NoError(t, err)
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	ask := func(patience time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		_, err := client.CoreV1().Namespaces().Get(ctx, "default", metav1.GetOptions{})
		return err
	}
	require.NoError(t, ask(patience))
	watched, err := client.CoreV1().Namespaces().Watch(t.Context(), metav1.ListOptions{}) // it keeps the connection from being idle
	require.NoError(t, err)
	t.Cleanup(watched.Stop)

	way.lossy.Store(true)
	require.ErrorIs(t, ask(500*time.Millisecond), context.DeadlineExceeded)
	await(t, registry, notReady("m1"))
	way.lossy.Store(false)
	await(t, registry, ready("m1"))
	require.NoError(t, ask(3*time.Second))
}
