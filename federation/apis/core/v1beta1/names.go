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

// The keys of the Secret that a [KubeFedCluster] refers to.
const (
	TokenKey = "token"  // a bearer token; required, and not empty
	CAKey    = "ca.crt" // read once, when a cluster joins
)

// NeverFederated returns the namespaces that are never federated: those of
// Kubernetes itself and the system namespace of the federation. The slice is
// the caller's own.
func NeverFederated(systemNamespace string) []string {
	return []string{"default", "kube-system", "kube-public", systemNamespace}
}
