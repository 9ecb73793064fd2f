package health_test

import (
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/internal/health"
)

func limits() health.Limits {
	return health.Limits{Timeout: 10 * time.Second, Fields: health.Fields{
		Endpoint: "the endpoint", Authority: "the CA", OtherName: "accept another", OtherTime: "accept the old", Proxy: "the proxy", Credential: "the token",
	}}
}

func probe(t *testing.T, config *rest.Config) health.Result {
	t.Helper()
	target, err := health.NewTarget(config, limits())
	require.NoError(t, err)
	t.Cleanup(target.Close)
	return target.Probe(t.Context())
}

func answers(t *testing.T, status int, body string) *rest.Config {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return &rest.Config{Host: server.URL}
}

func host(t *testing.T, c *rest.Config) string {
	u, err := url.Parse(c.Host)
	require.NoError(t, err)
	return u.Host
}

func TestProbeReadsTheAnswer(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		want   string // message after the host; empty: the member is well
	}{
		"ok":                    {200, "ok", ""},
		"ok in other letters":   {200, "OK\n", ""},
		"something else":        {200, "<html>", " answered 200 and not ok"},
		"a refused token":       {401, "{}", " does not accept the token (401 Unauthorized): renew it"},
		"a weak token":          {403, "{}", " does not let the token get /healthz (403 Forbidden): grant get on the non-resource URL /healthz"},
		"a redirect":            {302, "", " answered 302 and not ok"},
		"too busy":              {429, "", " answered 429 and not ok"},
		"checks that are wrong": {500, "[+]ping ok\n[-]poststarthook/x failed\n[-]etcd failed: reason withheld\n", " answered 500, failing checks: etcd, poststarthook/x"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			config := answers(t, test.status, test.body)
			want := health.Well()
			if test.want != "" {
				want = health.Result{Reachable: true, Message: host(t, config) + test.want}
			}
			require.Equal(t, want, probe(t, config))
		})
	}
}

func TestProbeSaysWhyThereIsNoAnswer(t *testing.T) {
	closed := answers(t, 200, "ok")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed.Host = "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())

	plain := answers(t, 200, "ok")
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	proxy, err := url.Parse(closed.Host)
	require.NoError(t, err)

	tests := map[string]struct {
		config *rest.Config
		want   string // with % for the host
	}{
		"nobody listens": {closed, "the endpoint: connection refused by %: nothing listens there"},
		"no TLS":         {&rest.Config{Host: "https://" + host(t, plain)}, "the endpoint: % does not speak TLS: write http:// if that is meant"},
		"another authority": {
			&rest.Config{Host: secure.URL},
			"the CA does not match the certificate of %: put the authority that signed it there",
		},
		"another name": {
			&rest.Config{Host: secure.URL, TLSClientConfig: rest.TLSClientConfig{CAData: authority, ServerName: "eu.example"}},
			"the endpoint: the certificate of % is for another name (x509: certificate is valid for example.com, *.example.com, not eu.example): " +
				"use a name it has, or accept another",
		},
		"no such host": {
			&rest.Config{Host: "https://no-such-host.invalid"},
			"the endpoint: the name no-such-host.invalid does not resolve",
		},
		"a proxy that is away": {
			&rest.Config{Host: secure.URL, Proxy: http.ProxyURL(proxy)},
			"the proxy: connection refused by the proxy: nothing listens there",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want := replaceHost(test.want, host(t, test.config))
			first := probe(t, test.config)
			require.Equal(t, health.Result{Message: want}, first)
			require.Equal(t, first, probe(t, test.config), "the words stay the same")
		})
	}
}

func TestProbeGivesUpAfterTheTimeout(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and says nothing
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	short := limits()
	short.Timeout = 100 * time.Millisecond
	target, err := health.NewTarget(&rest.Config{Host: "https://" + silent.Addr().String()}, short)
	require.NoError(t, err)
	t.Cleanup(target.Close)
	want := health.Result{Message: "no answer from " + silent.Addr().String() + " within 100ms"}
	require.Equal(t, want, target.Probe(t.Context()))
}

func replaceHost(text, host string) string {
	for i := range text {
		if text[i] == '%' {
			return text[:i] + host + text[i+1:]
		}
	}
	return text
}

func TestEachProbeDialsAnew(t *testing.T) {
	var dialled atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) }))
	server.EnableHTTP2 = true
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			dialled.Add(1)
		}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	target, err := health.NewTarget(&rest.Config{Host: server.URL, TLSClientConfig: rest.TLSClientConfig{Insecure: true}}, limits())
	require.NoError(t, err)
	t.Cleanup(target.Close)
	for range 3 {
		require.Equal(t, health.Well(), target.Probe(t.Context()))
	}
	require.EqualValues(t, 3, dialled.Load())
}
