package externaldns_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	"github.com/fedrail/fedrail/propagation/budget"
)

// mute is a host that does not answer what is asked about some paths, while it is
// on.
type mute struct {
	on   atomic.Bool
	path string
}

func (m *mute) wrap(next http.RoundTripper) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		if m.on.Load() && strings.HasSuffix(r.URL.Path, m.path) {
			return nil, http.ErrServerClosed
		}
		return next.RoundTrip(r)
	})
}

type tripper func(*http.Request) (*http.Response, error)

func (t tripper) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func TestNothingIsTakenAwayWhileItIsNotKnownWhichRecordsThereAre(t *testing.T) {
	w := federate(t, 3, services)
	w.begin()
	w.serve("web")
	w.name("web", nil)
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	w.untilTold("web", v1alpha1.Complete, v1alpha1.AllServed)

	before := w.Quiet()
	w.halt()
	records := &mute{path: "/servicednsrecords"}
	records.on.Store(true)
	w.Meddle = records.wrap
	w.publish()
	require.Zero(t, writes(w.During(8*time.Second)), w.Counter.Requests().Since(before).Only(budget.Request.Write))
	require.Equal(t, w.all(), w.published("service-web"))
	records.on.Store(false)
	w.balance(2, "web", fields{"ip": "192.0.2.33"})
	w.Until("changed", func() bool {
		return w.published("service-web")["web."+w.Namespace+".prod.svc.us.example.com A"] == "[192.0.2.33]"
	})
	require.Equal(t, 2, writes(w.Quiet().Since(before)), "the DNSEndpoint, and the status")
}
