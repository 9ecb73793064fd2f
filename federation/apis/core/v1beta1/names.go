package v1beta1

const (
	// DefaultNamespace is where KubeFed keeps its own objects unless it is told
	// otherwise: the system namespace.
	DefaultNamespace = "kube-federation-system"
	// ConfigName is the name of the one [KubeFedConfig] that counts. It is in
	// the system namespace.
	ConfigName = "kubefed"
	// NamespacesTypeConfig is the name of the [FederatedTypeConfig] of
	// namespaces. Types with namespaced objects need it.
	NamespacesTypeConfig = "namespaces"
	// TypeConfigFinalizer holds a [FederatedTypeConfig] until its loops have
	// ended.
	TypeConfigFinalizer = "core.kubefed.io/federated-type-config"
	// LeaderElectionName is the name of the lock in the system namespace. Two
	// controllers that share it never work at the same time.
	LeaderElectionName = "kubefed-controller-manager"
)

// The keys of the Secret that a [KubeFedCluster] refers to. It holds one kind of
// credential: a token, as in KubeFed, a client certificate with its private key,
// or a kubeconfig file.
const (
	TokenKey       = "token"      // a bearer token
	CertificateKey = "tls.crt"    // a client certificate, in PEM
	PrivateKeyKey  = "tls.key"    // its private key, in PEM
	KubeconfigKey  = "kubeconfig" // a kubeconfig file; the user of its current context counts, and nothing else
	CAKey          = "ca.crt"     // read once, when a cluster joins
)

// RenewTokenAnnotation is on a Secret with a token that is to be renewed before it
// expires. Its value is the service account in the member whose token it is, as
// namespace/name.
const RenewTokenAnnotation = "fedrail.io/renew-token"

// NeverFederated returns the namespaces that are never federated: those of
// Kubernetes itself and the system namespace of the federation. The slice is
// the caller's own.
func NeverFederated(systemNamespace string) []string {
	return []string{"default", "kube-system", "kube-public", systemNamespace}
}
