package push

import (
	"cmp"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/metadata"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// lacking is what copies need in a member and may not find there. Both vigils
// rest while nothing is missed.
type lacking struct {
	namespaces *vigil
	definition *vigil // of the type; its own name is all it watches
	name       string // of the definition; empty when the type cannot have one
}

// newLacking makes the vigils of a member.
func newLacking(m *member) (lacking, error) {
	client, err := metadata.NewForConfigAndClient(m.config, m.http)
	if err != nil {
		return lacking{}, err
	}
	only := ""
	if m.options.Namespace != "" {
		only = "metadata.name=" + m.options.Namespace
	}
	l := lacking{namespaces: newVigil(client.Resource(corev1.SchemeGroupVersion.WithResource("namespaces")), only, m)}
	l.namespaces.good = func(o metav1.Object) bool { return o.GetDeletionTimestamp() == nil }
	l.namespaces.wake = m.records.changed
	l.namespaces.scouts.limited = true

	if m.kind.Group != "" {
		l.name = m.options.Type.Resource + "." + m.kind.Group
	}
	definitions := client.Resource(apiextensionsv1.SchemeGroupVersion.WithResource("customresourcedefinitions"))
	l.definition = newVigil(definitions, "metadata.name="+l.name, m)
	l.definition.good = func(metav1.Object) bool { return true } // each step to being served is one
	l.definition.wake = func(key propagation.Key) {
		if key == watching {
			m.retryNow()
			return
		}
		m.records.changed(key)
	}
	return l, nil
}

// watching is the key under which the watch of the copies itself waits for the
// definition.
var watching = propagation.Key{}

// found notes that what a key was waiting for is there.
func (l lacking) found(key propagation.Key) {
	l.namespaces.found(key.Namespace, key)
	l.definition.forget(l.name, key)
}

// forget notes that a key waits for nothing any more.
func (l lacking) forget(key propagation.Key) {
	l.namespaces.forget(key.Namespace, key)
	l.definition.forget(l.name, key)
}

// missedNamespace is the Problem of a key whose namespace was found not to be
// there, or to be about to go.
func (m *member) missedNamespace(key propagation.Key, err error) *propagation.Problem {
	m.lacking.namespaces.missed(key.Namespace, isLeaving(err))
	return m.noNamespace(key)
}

// noNamespace is that of a key whose namespace is known not to be there.
func (m *member) noNamespace(key propagation.Key) *propagation.Problem {
	all := m.lacking.namespaces
	leaving, why := all.leaves(key.Namespace), "does not exist there; federate it with a FederatedNamespace that is placed there too, or create it; the object follows by itself"
	if leaving {
		why = "is being deleted there; the object follows when there is a new one"
	}
	if all.blind() {
		why += ", within some seconds; at once where the member's credentials may list and watch namespaces"
	}
	p := propagation.Problemf(status.WaitingForNamespace, propagation.RetryLater, "namespace %q %s", key.Namespace, why)
	p.After, p.Lacking = all.await(key.Namespace, key), !leaving
	return p
}

// noKind is the Problem of a write to a resource that is not served. What is of
// the type's own group waits for its definition.
func (m *member) noKind(a attempt) *propagation.Problem {
	t := m.options.Type
	version := cmp.Or(a.version, t.GroupVersionKind().GroupVersion().String())
	p := propagation.Problemf(a.state, propagation.RetryLater,
		"%s: the member serves no %s of %s with scope %s: install that there, or correct apiVersion in the template, or targetType in the FederatedTypeConfig",
		a.what, t.Resource, version, t.Scope)
	if wanted, err := schema.ParseGroupVersion(version); err == nil && m.lacking.name != "" && wanted.Group == m.kind.Group {
		p.State, p.After = status.WaitingForKind, m.lacking.definition.await(m.lacking.name, a.key)
	}
	return p
}

// notServedAtAll is the Problem of a member that does not serve the type.
func notServedAtAll(t federation.Type, name federation.ClusterName) *propagation.Problem {
	p := propagation.Problemf(status.WaitingForKind, propagation.RetryOnChange,
		"cluster %s does not serve %s (kind %s, version %s); install its CustomResourceDefinition there, or place the object elsewhere; it follows by itself",
		name, t, t.Kind, t.Version)
	p.Lacking = true
	return p
}

// isLeaving says whether an answer is about a namespace that is being deleted.
func isLeaving(err error) bool {
	return apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause)
}
