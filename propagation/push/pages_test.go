package push_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation"
)

// plain is a member as older ones are: it streams no lists, and reads them from
// its store, page by page.
type plain struct {
	blindfold
	pages   atomic.Int64
	expired atomic.Bool // its watches are asked for too late
}

func (p *plain) meddle(r *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
	query := r.URL.Query()
	switch watched := query.Get("watch") == "true"; {
	case r.Method != http.MethodGet || query.Get("labelSelector") == "":
		return send()
	case query.Get("sendInitialEvents") == "true":
		return refusal(r, http.StatusUnprocessableEntity, http.Header{}), nil
	case watched && p.expired.Load():
		return refusal(r, http.StatusGone, http.Header{}), nil
	case watched:
		return p.read(send)
	}
	p.pages.Add(1)
	query.Del("resourceVersion")
	query.Del("resourceVersionMatch")
	r.URL.RawQuery = query.Encode()
	return send()
}

// TestAMemberThatListsInPages is read to the last one, again when a watch has
// expired, and without a word of what has not changed.
func TestAMemberThatListsInPages(t *testing.T) {
	member := servers.Shared(t, "member1")[0]
	namespace := controlplanetest.Namespace(t, member)
	const many, pages = 1100, 3 // of 500
	client := controlplanetest.Client(t, member).CoreV1().ConfigMaps(namespace)
	plant(t, client, many)
	old := &plain{}
	w := newWireWith(t, member, old.meddle)
	holds := func(i int) bool {
		return len(w.Holders(propagation.Key{Namespace: namespace, Name: planted(i)})) == 1
	}
	w.until("all are known", func() bool { return holds(0) && holds(many/2) && holds(many-1) })
	require.GreaterOrEqual(t, old.pages.Load(), int64(pages))

	before := old.pages.Load()
	w.deaf()
	old.expired.Store(true)
	old.put()
	require.NoError(t, client.Delete(t.Context(), planted(7), metav1.DeleteOptions{}))
	old.takeOff()
	w.until("the one that went is known to have gone", func() bool { return !holds(7) })
	old.expired.Store(false)
	require.GreaterOrEqual(t, old.pages.Load()-before, int64(pages))
	require.False(t, w.told(propagation.Change{Cluster: cluster, Key: propagation.Key{Namespace: namespace, Name: planted(8)}}))
}

func planted(i int) string { return fmt.Sprintf("copy-%04d", i) }

// plant creates so many copies.
func plant(t *testing.T, client corev1client.ConfigMapInterface, n int) {
	t.Helper()
	names := make(chan string)
	var planting sync.WaitGroup
	for range 8 {
		planting.Go(func() {
			for name := range names {
				_, err := client.Create(t.Context(), &corev1.ConfigMap{
					ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{propagation.ManagedLabel: "true"}},
				}, metav1.CreateOptions{})
				assert.NoError(t, err)
			}
		})
	}
	for i := range n {
		names <- planted(i)
	}
	close(names)
	planting.Wait()
}
