package propagation_test

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

// deaf is a host that gives no answer for a while.
type deaf struct {
	*host
	until time.Time
	asked int
}

// Report implements [propagation.Ledger].
func (d *deaf) Report(ctx context.Context, in propagation.Intent, s status.Summary) error {
	if !time.Now().Before(d.until) {
		return d.host.Report(ctx, in, s)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	return fmt.Errorf("status: %w", &url.Error{Op: "Patch", URL: "https://host", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}})
}

// TestReportsAreWrittenSoonAfterTheHostIsBack, however long it was away and
// however many wait; and nobody runs at it meanwhile.
func TestReportsAreWrittenSoonAfterTheHostIsBack(t *testing.T) {
	const n, minutes = 100, 10
	synctest.Test(t, func(t *testing.T) {
		d := &deaf{host: newHost(), until: time.Now().Add(minutes * time.Minute)}
		w := run(t, d.host, &memory.Propagator{}, func(o *propagation.Options) { o.Ledger = d })
		for i := range n {
			in := everywhere()
			in.Key.Name = fmt.Sprint("web-", i)
			w.put(in)
		}
		time.Sleep(time.Until(d.until))
		w.until(t, "all reported", func() bool { return len(w.reports) == n })
		require.Less(t, time.Since(d.until), time.Second)
		w.stop()
		require.Less(t, d.asked, minutes*60*20, "tries in ten minutes")
	})
}
