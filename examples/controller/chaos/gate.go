package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// gate stands between the controller and a member. All is well until somebody
// says otherwise.
type gate struct {
	url       string
	authority []byte // PEM, that signed its certificates
	server    *http.Server
	proxy     *httputil.ReverseProxy
	serving   sync.WaitGroup

	mu      sync.Mutex // guards what follows
	weather weather    // nil is fine
	frozen  bool       // connections are dead and do not know it
	expired bool       // the certificate is one that has expired
	open    map[*connection]bool
}

// weather is what a request goes through. pass sends it on.
type weather func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc)

// newGate serves on a free port until close.
func newGate(behind *controlplane.Server) (*gate, error) {
	target, err := url.Parse(behind.URL())
	if err != nil {
		return nil, err
	}
	papers, err := newPapers()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(behind.CABundle())
	g := &gate{url: "https://" + listener.Addr().String(), authority: papers.authority, open: map[*connection]bool{}}
	silent := log.New(io.Discard, "", 0)
	g.proxy = &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true},
		FlushInterval: -1, // watches
		ErrorLog:      silent,
	}
	g.server = &http.Server{Handler: g, ErrorLog: silent, TLSConfig: &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			g.mu.Lock()
			defer g.mu.Unlock()
			if g.expired {
				return &papers.expired, nil
			}
			return &papers.valid, nil
		},
	}}
	g.serving.Go(func() { _ = g.server.ServeTLS(gateListener{listener, g}, "", "") }) // until close
	return g, nil
}

func (g *gate) close() {
	_ = g.server.Close()
	g.cut()
	g.serving.Wait()
	g.proxy.Transport.(*http.Transport).CloseIdleConnections()
}

// ServeHTTP sends a request on through the weather.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	weather := g.weather
	g.mu.Unlock()
	if weather == nil {
		g.proxy.ServeHTTP(w, r)
		return
	}
	weather(w, r, g.proxy.ServeHTTP)
}

// set changes what the gate is like.
func (g *gate) set(change func(g *gate)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change(g)
}

// freeze has connections lose all that is sent, both ways, without a word: those
// that are there, for ever, and those that come until thaw.
func (g *gate) freeze() {
	g.set(func(g *gate) {
		g.frozen = true
		for c := range g.open {
			c.frozen.Store(true)
		}
	})
}

// thaw has connections that come be well.
func (g *gate) thaw() { g.set(func(g *gate) { g.frozen = false }) }

// cut ends all connections.
func (g *gate) cut() {
	g.mu.Lock()
	var open []*connection
	for c := range g.open {
		open = append(open, c)
	}
	g.mu.Unlock()
	for _, c := range open {
		_ = c.Close() // it may be closed
	}
}

type gateListener struct {
	net.Listener
	*gate
}

// Accept implements [net.Listener].
func (l gateListener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &connection{Conn: accepted, gate: l.gate}
	l.set(func(g *gate) {
		c.frozen.Store(g.frozen)
		g.open[c] = true
	})
	return c, nil
}

// connection is one that may be dead without knowing it.
type connection struct {
	net.Conn
	gate   *gate
	frozen atomic.Bool
}

// Read implements [net.Conn].
func (c *connection) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if err != nil || !c.frozen.Load() {
			return n, err
		}
	}
}

// Write implements [net.Conn].
func (c *connection) Write(p []byte) (int, error) {
	if c.frozen.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// Close implements [net.Conn].
func (c *connection) Close() error {
	c.gate.set(func(g *gate) { delete(g.open, c) })
	return c.Conn.Close()
}
