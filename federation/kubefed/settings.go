package kubefed

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"hash/maphash"
	"net/url"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// settings say how a member is reached: all that its KubeFedCluster says of it,
// but not its credential.
type settings struct {
	identity
	parsed parsed
}

// identity is the part of settings that may be compared.
type identity struct {
	endpoint    string
	authorities string
	proxy       string
	unchecked   checks
}

type parsed struct {
	endpoint    *url.URL
	proxy       *url.URL // nil: what the environment of the process says
	authorities []*x509.Certificate
}

// checks are those that are made of a member's certificate.
type checks int

const (
	nothing     checks = 0
	subjectName checks = 1 << iota
	validityPeriod
	everything
)

// connection is a hash that only this process can make of the settings.
func (i identity) connection(seed maphash.Seed) string {
	return fmt.Sprintf("%016x", maphash.Comparable(seed, i))
}

// readSettings understands the spec of a KubeFedCluster, or says which field
// cannot be understood and how to mend it. No error holds a password that was
// put into a URL.
func readSettings(spec corev1beta1.KubeFedClusterSpec) (settings, error) {
	endpoint, endpointErr := readEndpoint(spec.APIEndpoint)
	authorities, authoritiesErr := readAuthorities(spec.CABundle)
	unchecked, uncheckedErr := readUnchecked(spec.DisabledTLSValidations)
	proxy, proxyErr := readProxy(spec.ProxyURL)
	if err := errors.Join(endpointErr, authoritiesErr, uncheckedErr, proxyErr); err != nil {
		return settings{}, err
	}
	return settings{
		identity: identity{
			endpoint:    endpoint.String(),
			authorities: string(spec.CABundle),
			proxy:       spec.ProxyURL,
			unchecked:   unchecked,
		},
		parsed: parsed{endpoint: endpoint, proxy: proxy, authorities: authorities},
	}, nil
}

func readEndpoint(text string) (*url.URL, error) {
	const mend = "write host, host:port, or a URL such as https://10.0.0.1:6443"
	endpoint, _, err := rest.DefaultServerURL(text, "", schema.GroupVersion{}, true)
	if err != nil {
		return nil, fmt.Errorf("spec.apiEndpoint: %w: %s", withoutURL(err), mend)
	}
	switch {
	case endpoint.Scheme != "https" && endpoint.Scheme != "http":
		return nil, fmt.Errorf("spec.apiEndpoint: scheme %q is not http or https: %s", endpoint.Scheme, mend)
	case endpoint.Hostname() == "":
		return nil, fmt.Errorf("spec.apiEndpoint: there is no host in it: %s", mend)
	case endpoint.User != nil:
		return nil, errors.New("spec.apiEndpoint: a user or password in the URL is not used: put a token into the Secret")
	}
	return endpoint, nil
}

func readAuthorities(bundle []byte) ([]*x509.Certificate, error) {
	const mend = "put the PEM certificates there that the API server's certificate is signed with"
	var authorities []*x509.Certificate
	for rest := bundle; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		authority, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("spec.caBundle: certificate %d: %w: %s", len(authorities)+1, err, mend)
		}
		authorities = append(authorities, authority)
	}
	if len(bundle) > 0 && len(authorities) == 0 {
		return nil, fmt.Errorf("spec.caBundle: there is no PEM certificate in it: %s", mend)
	}
	return authorities, nil
}

func readUnchecked(disabled []corev1beta1.TLSValidation) (checks, error) {
	unchecked := nothing
	for _, validation := range disabled {
		switch validation {
		case corev1beta1.TLSAll:
			unchecked |= everything
		case corev1beta1.TLSSubjectName:
			unchecked |= subjectName
		case corev1beta1.TLSValidityPeriod:
			unchecked |= validityPeriod
		default:
			return nothing, fmt.Errorf("spec.disabledTLSValidations: there is no %q: write *, SubjectName or ValidityPeriod", validation)
		}
	}
	return unchecked, nil
}

func readProxy(text string) (*url.URL, error) {
	const mend = "write an http, https or socks5 URL such as http://proxy.example.com:3128"
	if text == "" {
		return nil, nil
	}
	proxy, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("spec.proxyURL: %w: %s", withoutURL(err), mend)
	}
	if proxy.Hostname() == "" || !slices.Contains([]string{"http", "https", "socks5"}, proxy.Scheme) {
		return nil, fmt.Errorf("spec.proxyURL: there is no scheme or host that can be used: %s", mend)
	}
	return proxy, nil
}

// withoutURL is what is wrong with a URL without the URL, which may hold a
// password.
func withoutURL(err error) error {
	if parse, ok := errors.AsType[*url.Error](err); ok {
		return parse.Err
	}
	return err
}
