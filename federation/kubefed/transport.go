package kubefed

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math"
	"net"
	"net/http"
	"net/url"
	"time"

	utilnet "k8s.io/apimachinery/pkg/util/net"
	clientauthenticationv1 "k8s.io/client-go/pkg/apis/clientauthentication/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/connrotation"

	"github.com/fedrail/fedrail/internal/credential"
)

// A connection on which nothing comes is asked whether it lives after pingAfter,
// and given up when it does not say so within pingPatience. Where a firewall
// forgot it, nobody else would tell, and requests would go into it for as long. A
// probe has as much patience by default.
const (
	pingAfter    = 2 * time.Second
	pingPatience = 3 * time.Second
)

// link is how a member is reached, and with which credential.
type link struct {
	endpoint   *url.URL
	shared     *http.Transport // of all clients
	open       *connrotation.Dialer
	credential *credential.Credential
}

// link is one without a connection. Those that are made with it are closed when
// the credential that they were made with is not in force any more.
func (s settings) link(value credential.Value) *link {
	l := &link{endpoint: s.parsed.endpoint}
	l.open = connrotation.NewDialer((&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext)
	l.credential = credential.New(credential.Options{Value: value, Changed: l.open.CloseAll, Cluster: s.described()})
	l.shared = s.transport(l.open)
	l.shared.TLSClientConfig.GetClientCertificate = l.credential.Certificate
	return l
}

// config is for clients over the link.
func (l *link) config() *rest.Config {
	config := &rest.Config{Host: l.endpoint.String(), QPS: -1, Transport: l.shared}
	config.Wrap(l.credential.Wrapper(l.endpoint.Host))
	return config
}

// described is what a credential plug-in may be told of the member.
func (s settings) described() clientauthenticationv1.Cluster {
	return clientauthenticationv1.Cluster{
		Server: s.endpoint, CertificateAuthorityData: []byte(s.authorities),
		InsecureSkipTLSVerify: s.unchecked&everything != 0, ProxyURL: s.proxy,
	}
}

// transport is for all clients of the member; their requests go through one
// connection where HTTP/2 is spoken.
func (s settings) transport(dialer *connrotation.Dialer) *http.Transport {
	transport := &http.Transport{
		Proxy:               utilnet.NewProxierWithNoProxyCIDR(http.ProxyFromEnvironment),
		DialContext:         dialer.DialContext,
		TLSClientConfig:     s.tls(),
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 25,
		IdleConnTimeout:     90 * time.Second,
		HTTP2:               &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingPatience},
	}
	if s.proxy != "" {
		through(transport, s.parsed.proxy)
	}
	return utilnet.SetTransportDefaults(transport)
}

// through sends requests through the proxy. The certificate of a proxy is
// checked as any other in the world: the member's authority, and what is not
// checked of the member, are about the member.
func through(transport *http.Transport, proxy *url.URL) {
	transport.Proxy = http.ProxyURL(proxy)
	if proxy.Scheme != "https" {
		return
	}
	dial, config := transport.DialContext, &tls.Config{MinVersion: tls.VersionTLS12, ServerName: proxy.Hostname()}
	transport.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		raw, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		connection := tls.Client(raw, config)
		if err := connection.HandshakeContext(ctx); err != nil {
			_ = raw.Close() // the handshake says what is wrong
			return nil, err
		}
		return connection, nil
	}
}

func (s settings) tls() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(s.parsed.authorities) > 0 {
		config.RootCAs = pool(s.parsed.authorities)
	}
	if s.unchecked == nothing {
		return config
	}
	config.InsecureSkipVerify = true
	if s.unchecked&everything == 0 {
		config.VerifyConnection = s.verify
	}
	return config
}

// verify checks the certificate of the member in all points but those that the
// settings exclude. The certificates it gets are not shared with anybody.
func (s settings) verify(state tls.ConnectionState) error {
	if len(state.PeerCertificates) == 0 {
		return errors.New("the member presents no certificate")
	}
	leaf, intermediates, roots := state.PeerCertificates[0], state.PeerCertificates[1:], s.parsed.authorities
	if s.unchecked&validityPeriod != 0 {
		leaf, intermediates, roots = timeless(leaf), each(intermediates, timeless), each(roots, timeless)
	}
	options := x509.VerifyOptions{Intermediates: pool(intermediates), DNSName: s.parsed.endpoint.Hostname()}
	if len(roots) > 0 {
		options.Roots = pool(roots)
	}
	if s.unchecked&subjectName != 0 {
		options.DNSName = ""
	}
	_, err := leaf.Verify(options)
	return err
}

// timeless copies a certificate so that it is valid always. Its signature is
// over the bytes it came with, and so stays good.
func timeless(certificate *x509.Certificate) *x509.Certificate {
	forever := *certificate
	forever.NotBefore, forever.NotAfter = time.Time{}, time.Unix(math.MaxInt32*100, 0)
	return &forever
}

func each(certificates []*x509.Certificate, change func(*x509.Certificate) *x509.Certificate) []*x509.Certificate {
	changed := make([]*x509.Certificate, len(certificates))
	for i, certificate := range certificates {
		changed[i] = change(certificate)
	}
	return changed
}

func pool(certificates []*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, certificate := range certificates {
		pool.AddCert(certificate)
	}
	return pool
}
