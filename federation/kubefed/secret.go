package kubefed

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/credential"
)

// credentialKeys are the keys of a Secret that may hold a credential, or a part of
// one.
func credentialKeys() []string {
	return []string{corev1beta1.TokenKey, corev1beta1.CertificateKey, corev1beta1.PrivateKeyKey, corev1beta1.KubeconfigKey}
}

// readCredential understands the Secret of a member, or says which of its keys
// cannot be understood and how to mend it. No error holds anything that a key holds.
func readCredential(secret *unstructured.Unstructured, reference corev1beta1.LocalSecretReference, exec ExecPolicy) (credential.Value, error) {
	if secret.GetResourceVersion() == "" {
		return credential.Value{}, fmt.Errorf("spec.secretRef.name: there is no Secret %q: create it in the same namespace, with the key %q",
			reference.Name, corev1beta1.TokenKey)
	}
	return heldBy(secret, reference.Name).read(exec)
}

// at is where it is wrong.
const at = "spec.secretRef.name: Secret %q"

// held is what a Secret holds of a credential.
type held struct {
	secret                              string // its name
	token, certificate, key, kubeconfig string // empty: it is not there
}

func heldBy(secret *unstructured.Unstructured, name string) held {
	text := func(key string) string {
		encoded, _, _ := unstructured.NestedString(secret.Object, "data", key)
		decoded, _ := base64.StdEncoding.DecodeString(encoded) // the API server has checked it
		return strings.TrimSpace(string(decoded))
	}
	return held{
		secret: name, token: text(corev1beta1.TokenKey), kubeconfig: text(corev1beta1.KubeconfigKey),
		certificate: text(corev1beta1.CertificateKey), key: text(corev1beta1.PrivateKeyKey),
	}
}

// read is the one credential that is held.
func (h held) read(exec ExecPolicy) (credential.Value, error) {
	kinds := slices.DeleteFunc([]string{h.token, h.certificate + h.key, h.kubeconfig}, func(held string) bool { return held == "" })
	switch {
	case len(kinds) > 1:
		return credential.Value{}, fmt.Errorf(at+" holds more than one credential: leave one of the keys %q, %q with %q, and %q",
			h.secret, corev1beta1.TokenKey, corev1beta1.CertificateKey, corev1beta1.PrivateKeyKey, corev1beta1.KubeconfigKey)
	case h.certificate+h.key != "":
		return h.pair()
	case h.kubeconfig != "":
		return h.user(exec)
	case h.token == "":
		return credential.Value{}, fmt.Errorf(at+" has no key %q: put a bearer token there", h.secret, corev1beta1.TokenKey)
	case !isToken(h.token):
		return credential.Value{}, fmt.Errorf(at+": the key %q holds something else than a bearer token", h.secret, corev1beta1.TokenKey)
	}
	return credential.Value{Token: h.token}, nil
}

func isToken(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' })
}

func (h held) pair() (credential.Value, error) {
	const lacking = at + " has no key %q: put the %s there that belongs to %q"
	switch {
	case h.certificate == "":
		return credential.Value{}, fmt.Errorf(lacking, h.secret, corev1beta1.CertificateKey, "client certificate", corev1beta1.PrivateKeyKey)
	case h.key == "":
		return credential.Value{}, fmt.Errorf(lacking, h.secret, corev1beta1.PrivateKeyKey, "private key", corev1beta1.CertificateKey)
	}
	value, err := credential.Pair([]byte(h.certificate), []byte(h.key))
	if err != nil {
		return credential.Value{}, fmt.Errorf(at+": the keys %q and %q hold no client certificate with its private key (%w): put both there in PEM",
			h.secret, corev1beta1.CertificateKey, corev1beta1.PrivateKeyKey, err)
	}
	return value, nil
}

// user is the credential in the kubeconfig file that is held.
func (h held) user(exec ExecPolicy) (credential.Value, error) {
	value, err := readUser(h.kubeconfig, exec)
	if err != nil {
		return credential.Value{}, fmt.Errorf(at+": the key %q: %w", h.secret, corev1beta1.KubeconfigKey, err)
	}
	return value, nil
}
