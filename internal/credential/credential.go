// Package credential keeps the bearer token of a member in memory and puts it
// on each request, so that a renewed token is in force for all clients at once.
package credential

import (
	"net/http"
	"sync/atomic"
)

// Token is a bearer token that may be renewed while clients use it. It is safe
// for concurrent use. It never shows in what is printed of it.
type Token struct {
	current atomic.Pointer[string]
}

// NewToken makes a token; the empty string is none.
func NewToken(value string) *Token {
	t := &Token{}
	t.Renew(value)
	return t
}

// Renew makes value the token, and reports whether it was another before.
func (t *Token) Renew(value string) bool {
	before := t.current.Swap(&value)
	return before == nil || *before != value
}

// String says nothing of the token.
func (t *Token) String() string { return "[token]" }

// GoString says nothing of the token.
func (t *Token) GoString() string { return t.String() }

// Wrapper returns a function for [k8s.io/client-go/rest.Config.Wrap] that sends
// the token of the moment with each request to host, and to no other host: a
// redirect does not carry it away. A request that has an Authorization keeps it.
func (t *Token) Wrapper(host string) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return &bearer{token: t, host: host, next: next}
	}
}

type bearer struct {
	token *Token
	host  string
	next  http.RoundTripper
}

func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	value := *b.token.current.Load()
	if value == "" || req.URL.Host != b.host || req.Header.Get("Authorization") != "" {
		return b.next.RoundTrip(req)
	}
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+value)
	return b.next.RoundTrip(req)
}

// WrappedRoundTripper lets client-go reach the transport below.
func (b *bearer) WrappedRoundTripper() http.RoundTripper { return b.next }
