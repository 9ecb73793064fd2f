package credential

import (
	"bytes"
	"crypto/tls"
	"reflect"
	"slices"

	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// Value is one credential, of one kind; the zero Value is none. It never shows in
// what is printed of it.
type Value struct {
	Token       string                   // a bearer token
	Certificate *tls.Certificate         // a client certificate
	Exec        *clientcmdapi.ExecConfig // a plug-in that gets either of these, or both
}

// Pair is a client certificate and its private key, read from PEM. The error says
// nothing of what is in them.
func Pair(certificate, key []byte) (Value, error) {
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return Value{}, err
	}
	return Value{Certificate: &pair}, nil
}

// Equal says whether both are the same.
func (v Value) Equal(other Value) bool {
	return v.Token == other.Token && sameCertificate(v.Certificate, other.Certificate) && reflect.DeepEqual(v.Exec, other.Exec)
}

// sameCertificate needs no look at the keys: a certificate has one.
func sameCertificate(a, b *tls.Certificate) bool {
	if a == nil || b == nil {
		return a == b
	}
	return slices.EqualFunc(a.Certificate, b.Certificate, bytes.Equal)
}

// onConnection says whether a connection may belong to whoever this is: a token
// goes with each request.
func (v Value) onConnection() bool { return v.Certificate != nil || v.Exec != nil }

// String is the kind of the credential, for people.
func (v Value) String() string {
	switch {
	case v.Exec != nil:
		return "credential plug-in"
	case v.Certificate != nil:
		return "client certificate"
	}
	return "token"
}

// GoString says nothing of the credential but its kind.
func (v Value) GoString() string { return v.String() }
