package health

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"
)

// Fields are the names, where the member is described, of what a person would
// change to mend it.
type Fields struct {
	Endpoint   string // for example "spec.apiEndpoint"
	Authority  string // for example "spec.caBundle"
	OtherName  string // how to accept another name, for example "list SubjectName in spec.disabledTLSValidations"
	OtherTime  string // how to accept a certificate out of its time, likewise
	Proxy      string // for example "spec.proxyURL"
	Credential string // for example `the token in Secret "eu"`
}

// Explain says why a request to host failed, and what to change. Equal failures
// get equal sentences: there is no ephemeral port and no time of day in them.
func Explain(err error, host string, f Fields) string {
	if operation, ok := errors.AsType[*net.OpError](err); ok && operation.Op == "proxyconnect" {
		return explainNetwork(operation.Err, "the proxy", Fields{Endpoint: f.Proxy})
	}
	if said, ok := explainCertificate(err, host, f); ok {
		return said
	}
	return explainNetwork(err, host, f)
}

func explainCertificate(err error, host string, f Fields) (string, bool) {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fmt.Sprintf("%s does not match the certificate of %s: put the authority that signed it there", f.Authority, host), true
	}
	if name, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Sprintf("%s: the certificate of %s is for another name (%v): use a name it has, or %s",
			f.Endpoint, host, name, f.OtherName), true
	}
	invalid, ok := errors.AsType[x509.CertificateInvalidError](err)
	if ok && invalid.Reason == x509.Expired {
		return fmt.Sprintf("the certificate of %s is valid from %s to %s only: renew it, or %s",
			host, day(invalid.Cert.NotBefore), day(invalid.Cert.NotAfter), f.OtherTime), true
	}
	if ok {
		return fmt.Sprintf("the certificate of %s is not acceptable: %v", host, invalid), true
	}
	return "", false
}

func day(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func explainNetwork(err error, host string, f Fields) string {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Sprintf("%s: the name %s does not resolve", f.Endpoint, lookup.Name)
	}
	record, isRecord := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case errors.Is(err, http.ErrSchemeMismatch), isRecord && record.Conn != nil:
		return fmt.Sprintf("%s: %s does not speak TLS: write http:// if that is meant", f.Endpoint, host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("%s: connection refused by %s: nothing listens there", f.Endpoint, host)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return fmt.Sprintf("%s: no route to %s", f.Endpoint, host)
	case isTimeout(err):
		return fmt.Sprintf("no answer from %s in time", host)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fmt.Sprintf("%s closed the connection without an answer", host)
	}
	return fmt.Sprintf("request to %s: %v", host, innermost(err))
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// innermost strips the layers that carry addresses and ephemeral ports.
func innermost(err error) error {
	if request, ok := errors.AsType[*url.Error](err); ok {
		err = request.Err
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok {
		err = operation.Err
	}
	return err
}
