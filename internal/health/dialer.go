package health

import (
	"context"
	"net"
	"time"

	"k8s.io/client-go/util/connrotation"
)

// dialer makes the connections of one target, and ends them all when it is
// closed: those that are open and those on the way. net/http alone would go on
// dialling for a request that was given up.
type dialer struct {
	ctx   context.Context // ends when the dialer is closed
	end   context.CancelFunc
	conns *connrotation.Dialer
}

func newDialer(dial func(context.Context, string, string) (net.Conn, error)) *dialer {
	if dial == nil {
		dial = (&net.Dialer{Timeout: 30 * time.Second}).DialContext
	}
	ctx, end := context.WithCancel(context.Background())
	return &dialer{ctx: ctx, end: end, conns: connrotation.NewDialer(dial)}
}

// dial is for [net/http.Transport.DialContext].
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(d.ctx, cancel)()
	conn, err := d.conns.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if d.ctx.Err() != nil {
		_ = conn.Close()
		return nil, d.ctx.Err()
	}
	return conn, nil
}

func (d *dialer) close() {
	d.end()
	d.conns.CloseAll()
}
