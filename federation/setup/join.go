package setup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// Member is a cluster that joins or leaves.
type Member struct {
	Name   string            // in placements and overrides
	Config *rest.Config      // of an administrator, who may grant roles; with a Credential, only how it is reached
	Labels map[string]string // what cluster selectors match; nil is none
	// ClusterSet says whether it shares services with the other members; one that
	// fetches does not.
	ClusterSet ClusterSet
	// Account is the name of the federation's service account in the member, and of its
	// roles; default "fedrail-" and Name. Two federations with a member in common need
	// two.
	Account string
	// Rules are what the account may do; nil is what the enabled types need, and no more.
	// See [AllRights]. In a federation of scope Namespaced they are for that namespace.
	Rules []rbacv1.PolicyRule
	// TokenLifetime is for how long the token of the federation's account is good;
	// default 30 days. Few API servers give one for less than ten minutes. The
	// controller renews it: see package federation/renewal.
	TokenLifetime time.Duration
	// Credential is the content of the Secret on the host, for a credential that is there
	// already: corev1beta1.TokenKey and the other keys say of which kinds. Then nothing is
	// written in the member, and nobody renews the credential. Nil has an account made.
	Credential map[string][]byte
	// Secret is the name of the Secret on the host; default Name and "-token".
	Secret string
}

// AllRights are those of an administrator.
func AllRights() []rbacv1.PolicyRule {
	return []rbacv1.PolicyRule{
		{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"*"}},
		{NonResourceURLs: []string{"*"}, Verbs: []string{"get"}},
	}
}

// Join makes the cluster a member: there, a service account of the federation
// that may do what the enabled types need and no more; on the host, a Secret with
// its token and the KubeFedCluster. Enable the types first, or join again after
// that: the account's role is made of the types that are enabled now.
//
// For types that grant rights themselves, such as ClusterRoles, the account gets
// the verbs escalate or bind. Whoever may create such federated objects has every
// right in the members.
//
// It is [Host.Admit], [Host.Authenticate] and [Host.Register], one after the other. Each
// may be done again, wherever an earlier Join was cut off.
func (h Host) Join(ctx context.Context, m Member) error {
	if err := h.Admit(ctx, m); err != nil {
		return err
	}
	credential, err := h.Authenticate(ctx, m)
	if err != nil {
		return err
	}
	return h.Register(ctx, m, credential)
}

// Admit makes the account in the member, with what it may do. Where there is a
// Credential it does nothing.
func (h Host) Admit(ctx context.Context, m Member) error {
	if m.Credential != nil {
		return nil
	}
	err := h.admit(ctx, m)
	if err == nil {
		err = h.letRenew(ctx, m)
	}
	if err != nil {
		return fmt.Errorf("member %q: %w", m.Name, err)
	}
	return nil
}

// Authenticate returns the content of the Secret on the host: Credential, or a new token
// of the account, which is empty unless h writes for real.
func (h Host) Authenticate(ctx context.Context, m Member) (map[string][]byte, error) {
	if m.Credential != nil {
		return m.Credential, nil
	}
	if h.Writing != Really {
		return map[string][]byte{corev1beta1.TokenKey: nil}, nil
	}
	account := types.NamespacedName{Namespace: h.Namespace, Name: h.account(m)}
	token, err := tokenOf(ctx, m.Config, ask{account: account, lifetime: m.TokenLifetime})
	if err != nil {
		return nil, fmt.Errorf("member %q: %w", m.Name, err)
	}
	return map[string][]byte{corev1beta1.TokenKey: []byte(token)}, nil
}

// Register makes the member known on the host, with a credential.
func (h Host) Register(ctx context.Context, m Member, credential map[string][]byte) error {
	objects, err := h.registration(m, credential)
	if err != nil {
		return fmt.Errorf("member %q: %w", m.Name, err)
	}
	w, err := h.writer()
	if err != nil {
		return err
	}
	slices.Reverse(objects) // the Secret before the KubeFedCluster that refers to it
	if err := w.apply(ctx, objects...); err != nil {
		return fmt.Errorf("host: %w", err)
	}
	return nil
}

// letRenew lets the controller keep the account's token fresh.
func (h Host) letRenew(ctx context.Context, m Member) error {
	w, err := h.writerTo(m)
	if err != nil {
		return err
	}
	return w.apply(ctx, h.renewing(m)...)
}

// Unjoin takes the cluster out of the federation: the KubeFedCluster and its
// Secret first, so that nobody uses the account that is deleted then. Copies stay
// in the cluster as they are. What is not there any more is no error. With a nil Config
// nothing is done in the member. See [Host.Leave] for copies that are to go.
func (h Host) Unjoin(ctx context.Context, m Member) error {
	w, err := h.writer()
	if err != nil {
		return err
	}
	known := []placed{
		{corev1beta1.KubeFedClusters(), &corev1beta1.KubeFedCluster{
			TypeMeta:   metav1.TypeMeta{APIVersion: corev1beta1.GroupVersion().String(), Kind: "KubeFedCluster"},
			ObjectMeta: metav1.ObjectMeta{Name: m.Name, Namespace: h.Namespace},
		}},
		{corev1.SchemeGroupVersion.WithResource("secrets"), &corev1.Secret{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
			ObjectMeta: metav1.ObjectMeta{Name: cmp.Or(m.Secret, m.Name+"-token"), Namespace: h.Namespace},
		}},
	}
	if err := w.remove(ctx, known...); err != nil {
		return fmt.Errorf("host: %w", err)
	}
	if m.Config == nil {
		return nil
	}
	return h.dismiss(ctx, m)
}

// dismiss deletes the account of the federation in the member.
func (h Host) dismiss(ctx context.Context, m Member) error {
	w, err := h.writerTo(m)
	if err != nil {
		return fmt.Errorf("member %q: %w", m.Name, err)
	}
	everything := rights{inNamespace: []rbacv1.PolicyRule{{}}}
	for _, o := range append(h.admission(m, everything), h.renewing(m)...) {
		if o.object.GetName() == h.Namespace {
			continue // it may be older than the federation, or the host's own
		}
		if err := w.remove(ctx, o); err != nil {
			return fmt.Errorf("member %q: %w", m.Name, err)
		}
	}
	return nil
}

// registration is what the host has of a member.
func (h Host) registration(m Member, credential map[string][]byte) ([]placed, error) {
	secret := &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{Name: cmp.Or(m.Secret, m.Name+"-token"), Namespace: h.Namespace},
		Data:       credential,
	}
	if m.Credential == nil {
		secret.Annotations = map[string]string{corev1beta1.RenewTokenAnnotation: h.Namespace + "/" + h.account(m)}
	}
	spec, err := specOf(m.Config)
	if err != nil {
		return nil, err
	}
	spec.SecretRef.Name = secret.Name
	cluster := &corev1beta1.KubeFedCluster{
		TypeMeta:   metav1.TypeMeta{APIVersion: corev1beta1.GroupVersion().String(), Kind: "KubeFedCluster"},
		ObjectMeta: metav1.ObjectMeta{Name: m.Name, Namespace: h.Namespace, Labels: m.Labels},
		Spec:       spec,
	}
	return []placed{
		{corev1beta1.KubeFedClusters(), cluster},
		{corev1.SchemeGroupVersion.WithResource("secrets"), secret},
	}, nil
}

// specOf says how a member is reached, as a KubeFedCluster does.
func specOf(config *rest.Config) (corev1beta1.KubeFedClusterSpec, error) {
	config = rest.CopyConfig(config)
	if err := rest.LoadTLSFiles(config); err != nil {
		return corev1beta1.KubeFedClusterSpec{}, err
	}
	spec := corev1beta1.KubeFedClusterSpec{APIEndpoint: config.Host, CABundle: config.CAData}
	if config.Insecure {
		spec.DisabledTLSValidations = []corev1beta1.TLSValidation{corev1beta1.TLSAll}
	}
	if config.TLSClientConfig.ServerName != "" {
		return spec, errors.New("tls-server-name of its kubeconfig cannot be said in a KubeFedCluster: use an address that its certificate is for")
	}
	if config.Proxy == nil {
		return spec, nil
	}
	endpoint, err := url.Parse(config.Host)
	if err != nil {
		return spec, err
	}
	proxy, err := config.Proxy(&http.Request{URL: endpoint})
	if err != nil || proxy == nil {
		return spec, err
	}
	spec.ProxyURL = proxy.String()
	return spec, nil
}
