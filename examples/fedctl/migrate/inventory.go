// Package migrate takes a federation over from KubeFed. It reads what a running KubeFed
// has on a host and in its members, says what becomes of each of these things, and then
// takes the steps one by one. What a report says is worked out from an Inventory alone,
// without any request; each step may be taken again.
package migrate

import (
	appsv1 "k8s.io/api/apps/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/propagation"
)

// Names of what KubeFed's chart makes in the system namespace.
const (
	ControllerDeployment = "kubefed-controller-manager"
	WebhookDeployment    = "kubefed-admission-webhook"
)

// Inventory is what a host has on which KubeFed runs, or ran.
type Inventory struct {
	Namespace string // the system namespace
	// State is how far a migration has come; the zero State is that none was begun.
	State State
	Plane Plane
	// Config is the KubeFedConfig, nil where there is none; Others are the namespaces of
	// others on the same host, whose KubeFeds share the definitions.
	Config *corev1beta1.KubeFedConfig
	Others []string
	// Definitions are those of this program, and what an installation would do to them;
	// Untried says why that could not be asked.
	Definitions []Definition
	Untried     error
	Types       []Type
	Preferences []Preference
	Members     []Member
	// Versions and ClusterVersions are how many PropagatedVersions there are of either
	// kind.
	Versions, ClusterVersions int
	// Releases are the names of the Helm releases in the system namespace.
	Releases []string
}

// OfKubeFed says whether anything there is KubeFed's, or a migration was begun.
func (in Inventory) OfKubeFed() bool {
	p := in.Plane
	things := len(p.Deployments) + len(p.Webhooks) + len(p.Locks) + len(p.all()) + in.Versions + in.ClusterVersions + len(in.Pending())
	return things > 0 || in.State.Begun
}

// Plane is what works for a federation on the host.
type Plane struct {
	Deployments []appsv1.Deployment // of KubeFed
	Pods        []string            // of these
	Webhooks    []Webhook           // that call KubeFed
	Locks       []Lock              // of KubeFed
	Lease       Lock                // of a controller of ours
	// Bindings are those whose subjects are accounts of KubeFed alone, and Roles are what
	// they bind and nobody else does.
	Bindings, Roles []Named
	Accounts        []Named
	// UserRoles let people write federated objects.
	UserRoles []rbacv1.ClusterRole
	// Rest are services, and the certificate of the webhook.
	Rest []Named
}

// Named is an object of the host that is spoken of by its kind and name.
type Named struct {
	Resource        Resource
	Namespace, Name string
}

// Webhook is a webhook configuration.
type Webhook struct {
	Mutating bool
	Object   *unstructured.Unstructured
}

// Definition is a CustomResourceDefinition, and what an installation does to it.
type Definition struct {
	Name string
	Done setup.Done
}

// Type is a type that is federated.
type Type struct {
	host.Type
	// Unserved says why the host cannot tell what the type is; nil where it can.
	Unserved error
	// Unread says why its objects could not be read.
	Unread  error
	Objects []Object
}

// Object is a federated object, and what a controller of ours would make of it.
type Object struct {
	Key    propagation.Key
	Object *unstructured.Unstructured
	// Preview is that; Wrong says that the object as a whole is wrong.
	Preview propagation.Preview
	Wrong   error
	// Held are the clusters that its status says hold it.
	Held []federation.ClusterName
}

// Preference is a ReplicaSchedulingPreference.
type Preference struct {
	*v1alpha1.ReplicaSchedulingPreference
	// Divides says that there is an object that it divides.
	Divides bool
}

// Member is a cluster of the federation.
type Member struct {
	host.Member
	// Wrong says why it cannot be reached as its KubeFedCluster says.
	Wrong error
	// Silent says why it did not answer; what follows is not known then.
	Silent error
	Answer Answer
}

// Answer is what a member says.
type Answer struct {
	// Everything says that the federation's account may do everything there, by Roles.
	Everything bool
	Roles      []string
	Copies     []Copy
}

// Copy is an object in a member that has KubeFed's label.
type Copy struct {
	Type string // the name of the FederatedTypeConfig
	Key  propagation.Key
	// Ours says that a controller of ours has written it, and that it owns alone what it
	// wrote.
	Ours bool
}
