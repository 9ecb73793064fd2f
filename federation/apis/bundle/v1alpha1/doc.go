// Package v1alpha1 is the API group propagation.fedrail.io/v1alpha1. A [Bundle]
// on the host holds what one member should hold of one type, for an agent in that
// member to fetch: it is how objects get to members that the host cannot reach.
// Package propagation/pull writes and reads Bundles, on both sides.
//
// A Bundle holds objects as they are: one that carries Secrets is as secret as
// they are. Encrypt bundles.propagation.fedrail.io at rest on the host wherever
// Secrets are encrypted, and grant nobody but the member's agent to read them.
//
// +kubebuilder:object:generate=true
// +groupName=propagation.fedrail.io
package v1alpha1
