package setup

import (
	"context"
	"fmt"
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
	Config *rest.Config      // of an administrator, who may grant roles
	Labels map[string]string // what cluster selectors match; nil is none
	// ClusterSet says whether it shares services with the other members; one that
	// fetches does not.
	ClusterSet ClusterSet
	// TokenLifetime is for how long the token of the federation's account is good;
	// default 30 days. Few API servers give one for less than ten minutes. The
	// controller renews it: see package federation/renewal.
	TokenLifetime time.Duration
}

// Join makes the cluster a member: there, a service account of the federation
// that may do what the enabled types need and no more; on the host, a Secret with
// its token and the KubeFedCluster. Enable the types first, or join again after
// that: the account's role is made of the types that are enabled now.
//
// For types that grant rights themselves, such as ClusterRoles, the account gets
// the verbs escalate or bind. Whoever may create such federated objects has every
// right in the members.
func (h Host) Join(ctx context.Context, m Member) error {
	if err := h.admit(ctx, m); err != nil {
		return fmt.Errorf("member %q: %w", m.Name, err)
	}
	if err := h.letRenew(ctx, m); err != nil {
		return fmt.Errorf("member %q: %w", m.Name, err)
	}
	account := types.NamespacedName{Namespace: h.Namespace, Name: h.account(m)}
	token, err := tokenOf(ctx, m.Config, ask{account: account, lifetime: m.TokenLifetime})
	if err != nil {
		return fmt.Errorf("member %q: %w", m.Name, err)
	}
	if err := h.register(ctx, m, token); err != nil {
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
// in the cluster as they are. What is not there any more is no error.
func (h Host) Unjoin(ctx context.Context, m Member) error {
	w, err := h.writer()
	if err != nil {
		return err
	}
	if err := w.remove(ctx, h.registration(m, "")...); err != nil {
		return fmt.Errorf("host: %w", err)
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

// register makes the member known on the host.
func (h Host) register(ctx context.Context, m Member, token string) error {
	w, err := h.writer()
	if err != nil {
		return err
	}
	objects := h.registration(m, token)
	slices.Reverse(objects) // the Secret before the KubeFedCluster that refers to it
	return w.apply(ctx, objects...)
}

// registration is what the host has of a member.
func (h Host) registration(m Member, token string) []placed {
	secret := &corev1.Secret{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{
			Name: m.Name + "-token", Namespace: h.Namespace,
			Annotations: map[string]string{corev1beta1.RenewTokenAnnotation: h.Namespace + "/" + h.account(m)},
		},
		Data: map[string][]byte{corev1beta1.TokenKey: []byte(token)},
	}
	cluster := &corev1beta1.KubeFedCluster{
		TypeMeta:   metav1.TypeMeta{APIVersion: corev1beta1.GroupVersion().String(), Kind: "KubeFedCluster"},
		ObjectMeta: metav1.ObjectMeta{Name: m.Name, Namespace: h.Namespace, Labels: m.Labels},
		Spec: corev1beta1.KubeFedClusterSpec{
			APIEndpoint: m.Config.Host,
			CABundle:    m.Config.CAData,
			SecretRef:   corev1beta1.LocalSecretReference{Name: secret.Name},
		},
	}
	return []placed{
		{corev1beta1.KubeFedClusters(), cluster},
		{corev1.SchemeGroupVersion.WithResource("secrets"), secret},
	}
}
