package health

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"k8s.io/client-go/rest"
)

// maxHealthz bounds what is read of the answer to /healthz.
const maxHealthz = 16 << 10

// Target is a member to probe. Each request dials anew: so it finds out whether
// a client that starts now would get through, and neither a dead connection nor
// a certificate that expired since the last one deceives it.
type Target struct {
	client *http.Client
	base   *url.URL
	dialer *dialer
	limits Limits
}

// Limits belong to a Target.
type Limits struct {
	Timeout time.Duration // of each probe
	Fields  Fields        // for messages
}

// NewTarget makes a target of the member that config reaches. The config is
// copied, and so is its transport if it is an *http.Transport. Close the target
// when it is no longer probed.
func NewTarget(config *rest.Config, limits Limits) (*Target, error) {
	config = rest.CopyConfig(config)
	dialer := newDialer(config.Dial)
	if transport, ok := config.Transport.(*http.Transport); ok {
		config.Transport = ownTransport(transport, dialer)
	} else {
		config.NextProtos = []string{"http/1.1"} // where closing a connection harms no other request
		config.Dial = dialer.dial
		if config.Proxy == nil {
			config.Proxy = http.ProxyFromEnvironment // a config with a proxy of its own has a transport of its own
		}
	}
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, fmt.Errorf("endpoint of the member: %w", err)
	}
	shared, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("client of the member: %w", err)
	}
	client := *shared
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Target{client: &client, base: base, dialer: dialer, limits: limits}, nil
}

func ownTransport(transport *http.Transport, dialer *dialer) *http.Transport {
	own := transport.Clone()
	own.DialContext = dialer.dial
	own.DisableKeepAlives = true
	own.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{} // no HTTP/2
	if own.TLSClientConfig != nil {
		own.TLSClientConfig.NextProtos = []string{"http/1.1"}
	}
	return own
}

// Close ends all connections. Probes fail from then on.
func (t *Target) Close() { t.dialer.close() }

// Probe asks the member for /healthz and gives up after the timeout.
func (t *Target) Probe(ctx context.Context) Result {
	ctx, cancel := context.WithTimeout(ctx, t.limits.Timeout)
	defer cancel()
	response, err := t.get(ctx, request{path: "/healthz"})
	if err != nil {
		return Result{Message: t.explain(err)}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxHealthz))
	switch {
	case err != nil:
		return Result{Message: t.explain(err)}
	case response.StatusCode == http.StatusOK && strings.EqualFold(string(bytes.TrimSpace(body)), "ok"):
		return Well()
	default:
		return Result{Reachable: true, Message: t.explainStatus(response.StatusCode, body)}
	}
}

type request struct {
	path   string
	query  url.Values
	accept string
}

func (t *Target) get(ctx context.Context, r request) (*http.Response, error) {
	u := t.base.JoinPath(r.path)
	u.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Close = true
	if r.accept != "" {
		req.Header.Set("Accept", r.accept)
	}
	return t.client.Do(req)
}

func (t *Target) explainStatus(status int, body []byte) string {
	switch status {
	case http.StatusUnauthorized:
		return fmt.Sprintf("%s does not accept %s (401 Unauthorized): renew it", t.base.Host, t.limits.Fields.Credential)
	case http.StatusForbidden:
		return fmt.Sprintf("%s does not let %s get /healthz (403 Forbidden): grant get on the non-resource URL /healthz",
			t.base.Host, t.limits.Fields.Credential)
	}
	if failing := failingChecks(body); len(failing) > 0 {
		return fmt.Sprintf("%s answered %d, failing checks: %s", t.base.Host, status, strings.Join(failing, ", "))
	}
	return fmt.Sprintf("%s answered %d and not ok", t.base.Host, status)
}

// failingChecks reads the names of failing checks from the body of an API
// server's /healthz: lines of the form "[-]etcd failed: reason withheld".
func failingChecks(body []byte) []string {
	const most, longest = 5, 63
	var names []string
	for line := range strings.Lines(string(body)) {
		name, found := strings.CutPrefix(line, "[-]")
		if !found || len(names) == most {
			continue
		}
		name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
		names = append(names, name[:min(len(name), longest)])
	}
	slices.Sort(names)
	return names
}

// explain puts an error of the transport in words that stay the same from probe
// to probe.
func (t *Target) explain(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("no answer from %s within %s", t.base.Host, t.limits.Timeout)
	}
	return Explain(err, t.base.Host, t.limits.Fields)
}
