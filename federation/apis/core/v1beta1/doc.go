// Package v1beta1 is the API group core.kubefed.io/v1beta1, as KubeFed has it:
// [KubeFedConfig] sets a federation up, a [KubeFedCluster] is a member, and a
// [FederatedTypeConfig] says that objects of a type are carried to the members.
//
// Names and JSON are KubeFed's exactly, so its manifests and stored objects
// mean here what they meant there. What an old manifest may still hold and
// what has no effect any more is accepted, and says so in its comment.
//
// What makes an object valid is written in the CustomResourceDefinitions, which
// package federation/apis/crds holds; they are generated from the markers of
// this package. The API server refuses wrong objects and fills in defaults; no
// webhook is needed. Only a KubeFedConfig may also come from a file, so only it
// has [KubeFedConfig.WithDefaults] and [KubeFedConfig.Validate], which do the
// same in the program.
package v1beta1

// +kubebuilder:object:generate=true
// +groupName=core.kubefed.io
