package kubefed_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// issuer is a certificate authority.
type issuer struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newIssuer(t *testing.T, name string) *issuer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &issuer{t: t, cert: cert, key: key}
}

func (i *issuer) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.cert.Raw})
}

// member is an endpoint on 127.0.0.1 that is well, with a certificate for these
// names that ends then.
func (i *issuer) member(end time.Time, ip net.IP) *httptest.Server {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(i.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: end.Add(-24 * time.Hour), NotAfter: end,
		IPAddresses: []net.IP{ip}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, i.cert, key.Public(), i.key)
	require.NoError(i.t, err)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) }))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.StartTLS()
	i.t.Cleanup(server.Close)
	return server
}

// proxy is an HTTP proxy that counts the tunnels through it.
func proxy(t *testing.T) (url string, tunnels *atomic.Int32) {
	tunnels = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodConnect {
			http.Error(w, "tunnels only", http.StatusMethodNotAllowed)
			return
		}
		tunnels.Add(1)
		there, err := net.Dial("tcp", req.Host)
		if err != nil {
			http.Error(w, "no such member", http.StatusBadGateway)
			return
		}
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(there, here); _ = there.Close() }()
		go func() { _, _ = io.Copy(here, there); _ = here.Close() }()
	}))
	t.Cleanup(server.Close)
	return server.URL, tunnels
}

func TestOnlyTheNamedChecksAreLeftOut(t *testing.T) {
	const all, subject, validity = corev1beta1.TLSAll, corev1beta1.TLSSubjectName, corev1beta1.TLSValidityPeriod
	h := newHost(t)
	trusted, unknown := newIssuer(t, "trusted"), newIssuer(t, "unknown")
	soon, gone := time.Now().Add(time.Hour), time.Now().Add(-12*time.Hour)
	here, elsewhere := net.IPv4(127, 0, 0, 1), net.IPv4(192, 0, 2, 1)
	members := map[string]string{
		"good":         trusted.member(soon, here).URL,
		"expired":      trusted.member(gone, here).URL,
		"misnamed":     trusted.member(soon, elsewhere).URL,
		"doubly-wrong": trusted.member(gone, elsewhere).URL,
		"foreign":      unknown.member(soon, here).URL,
	}
	checks := map[string][]corev1beta1.TLSValidation{
		"none": nil, "subject": {subject}, "validity": {validity}, "both": {subject, validity}, "all": {all},
	}
	through, tunnels := proxy(t)
	h.secret("token", map[string]string{"token": "any"})
	for member, url := range members {
		for left, disabled := range checks {
			h.put(member+"."+left, corev1beta1.KubeFedClusterSpec{
				APIEndpoint: url, CABundle: trusted.pem(), DisabledTLSValidations: disabled, ProxyURL: through,
				SecretRef: corev1beta1.LocalSecretReference{Name: "token"},
			}, nil)
		}
	}
	options := h.options()
	options.Health = calm()
	registry, _ := h.start(options)
	set := await(t, registry, func(set federation.ClusterSet) bool {
		for c := range set.All() {
			if !c.Ready && c.Message == "it was not probed yet" {
				return false
			}
		}
		return set.Len() == len(members)*len(checks)
	})
	var accepted []string
	for c := range set.All() {
		if c.Ready {
			accepted = append(accepted, string(c.Name))
		}
	}
	require.Equal(t, []string{
		"doubly-wrong.all", "doubly-wrong.both",
		"expired.all", "expired.both", "expired.validity",
		"foreign.all",
		"good.all", "good.both", "good.none", "good.subject", "good.validity",
		"misnamed.all", "misnamed.both", "misnamed.subject",
	}, accepted)
	require.GreaterOrEqual(t, int(tunnels.Load()), set.Len(), "each was reached through the proxy")

	expired, _ := set.Get("expired.none")
	require.Contains(t, expired.Message, "renew it, or list ValidityPeriod in spec.disabledTLSValidations")
	misnamed, _ := set.Get("misnamed.none")
	require.Contains(t, misnamed.Message, "use a name it has, or list SubjectName in spec.disabledTLSValidations")
	foreign, _ := set.Get("foreign.both")
	require.Contains(t, foreign.Message, "spec.caBundle does not match the certificate of ")
}
