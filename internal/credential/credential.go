// Package credential keeps in memory who we are to the API server of a member, and
// proves it with each request and each connection, so that a renewed credential is
// in force for all clients at once.
package credential

import (
	"crypto/tls"
	"net/http"
	"sync/atomic"

	clientauthenticationv1 "k8s.io/client-go/pkg/apis/clientauthentication/v1"
)

// Options of a [Credential].
type Options struct {
	// Value is the credential at first.
	Value Value
	// Changed is called when connections that are open were made with another
	// credential than the one in force: they have to be closed. Nil is nobody.
	Changed func()
	// Cluster is what plug-ins are told that ask for which cluster they work.
	Cluster clientauthenticationv1.Cluster
}

// Credential is one that may be renewed while clients use it. It is safe for
// concurrent use. It never shows in what is printed of it.
type Credential struct {
	options Options
	current atomic.Pointer[inForce]
}

// inForce is a value, and what runs its plug-in if it has one.
type inForce struct {
	Value
	plugin *plugin
}

// New makes a Credential.
func New(options Options) *Credential {
	c := &Credential{options: options}
	c.current.Store(c.inForce(options.Value))
	return c
}

func (c *Credential) inForce(value Value) *inForce {
	now := &inForce{Value: value}
	if value.Exec != nil {
		now.plugin = newPlugin(value.Exec, c.options)
	}
	return now
}

// Renew makes value the credential, and reports whether it was another before.
func (c *Credential) Renew(value Value) bool {
	if c.current.Load().Equal(value) {
		return false
	}
	before := c.current.Swap(c.inForce(value))
	if c.options.Changed != nil && (before.onConnection() || value.onConnection()) {
		c.options.Changed()
	}
	return true
}

// String says nothing of the credential but its kind.
func (c *Credential) String() string { return c.current.Load().String() }

// GoString says nothing of the credential but its kind.
func (c *Credential) GoString() string { return c.String() }

// Certificate is for [tls.Config.GetClientCertificate]: the client certificate of
// the moment, and one that is empty where there is none.
func (c *Credential) Certificate(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
	now := c.current.Load()
	certificate := now.Value.Certificate
	if now.plugin != nil {
		got, err := now.plugin.get(info.Context())
		if err != nil {
			return nil, err
		}
		certificate = got.Certificate
	}
	if certificate == nil {
		return &tls.Certificate{}, nil
	}
	return certificate, nil
}

// Wrapper returns a function for [k8s.io/client-go/rest.Config.Wrap] that sends
// the token of the moment with each request to host, and to no other host: a
// redirect does not carry it away. A request that has an Authorization keeps it.
func (c *Credential) Wrapper(host string) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return &bearer{credential: c, host: host, next: next}
	}
}

type bearer struct {
	credential *Credential
	host       string
	next       http.RoundTripper
}

func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != b.host || req.Header.Get("Authorization") != "" {
		return b.next.RoundTrip(req)
	}
	now := b.credential.current.Load()
	if now.plugin == nil {
		return b.send(req, now.Token)
	}
	got, err := now.plugin.get(req.Context())
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // as the contract of a RoundTripper asks for
		}
		return nil, err
	}
	answer, err := b.send(req, got.Token)
	if err == nil && answer.StatusCode == http.StatusUnauthorized {
		now.plugin.refuse(got)
	}
	return answer, err
}

func (b *bearer) send(req *http.Request, token string) (*http.Response, error) {
	if token == "" {
		return b.next.RoundTrip(req)
	}
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+token)
	return b.next.RoundTrip(req)
}

// WrappedRoundTripper lets client-go reach the transport below.
func (b *bearer) WrappedRoundTripper() http.RoundTripper { return b.next }
