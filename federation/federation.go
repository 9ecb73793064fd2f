// Package federation holds the words that the rest of Fedrail speaks: a
// [Cluster], an immutable [ClusterSet] of the members known at one moment, a
// [Registry] that tells which clusters are members, and the [Type] of a
// federated object.
//
// It is the bottom of the module. It holds no client and does no I/O, so a
// decision made from its values can be printed, tested and repeated.
//
// [Members] is the registry in memory. For members described by KubeFedCluster
// objects see package federation/kubefed, for those of a kubeconfig file
// package federation/kubeconfig. Whoever writes another registry runs the suite
// of package federation/federationtest on it.
package federation
