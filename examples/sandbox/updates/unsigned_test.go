package updates_test

import (
	"testing"

	rfc "github.com/miekg/dns"
	"github.com/stretchr/testify/require"
)

// unsigned sends a message without any key, and is how that is answered.
func (w *world) unsigned(m *rfc.Msg) string {
	w.Helper()
	answer, err := rfc.ExchangeContext(w.Context(), m, w.server.Addr())
	require.NoError(w, err)
	return rfc.RcodeToString[answer.Rcode]
}

func TestWithoutAKeyNobodyChangesOrTransfersTheZone(t *testing.T) {
	w := newWorld(t)
	before := w.read()
	stranger, err := rfc.NewRR("x." + domain + ". 60 IN A 192.0.2.9")
	require.NoError(t, err)
	update := new(rfc.Msg).SetUpdate(rfc.Fqdn(domain))
	update.Insert([]rfc.RR{stranger})
	require.Equal(t, "REFUSED", w.unsigned(update))

	transfer, err := new(rfc.Transfer).In(new(rfc.Msg).SetAxfr(rfc.Fqdn(domain)), w.server.Addr())
	require.NoError(t, err)
	require.ErrorContains(t, (<-transfer).Error, "bad xfr rcode: 5", "which is REFUSED")
	require.Equal(t, before, w.read())
}
