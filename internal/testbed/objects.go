package testbed

import (
	"context"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/controlplane"
)

// Create declares an object of a type in the bed's namespace.
func (b *Bed) Create(t federation.Type, name string, spec map[string]any) *unstructured.Unstructured {
	b.Helper()
	kind := federatedkind.Kind{Target: t}.Federated()
	o, err := b.Federated(t).Create(context.Background(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": kind.GroupVersionKind().GroupVersion().String(), "kind": kind.Kind,
		"metadata": map[string]any{"name": name, "namespace": b.Namespace},
		"spec":     spec,
	}}, metav1.CreateOptions{})
	require.NoError(b, err)
	return o
}

// Patch merges a change into a federated object.
func (b *Bed) Patch(t federation.Type, name, change string) *unstructured.Unstructured {
	b.Helper()
	o, err := b.Federated(t).Patch(context.Background(), name, types.MergePatchType, []byte(change), metav1.PatchOptions{})
	require.NoError(b, err)
	return o
}

// Delete deletes a federated object and waits until it is gone.
func (b *Bed) Delete(t federation.Type, name string) {
	b.Helper()
	require.NoError(b, b.Federated(t).Delete(context.Background(), name, metav1.DeleteOptions{}))
	b.UntilGone(t, name)
}

// UntilGone waits until there is no federated object of that name.
func (b *Bed) UntilGone(t federation.Type, name string) {
	b.Helper()
	b.Until("gone: "+name, func() bool {
		_, err := b.Federated(t).Get(context.Background(), name, metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	})
}

// Status reads how a federated object fares.
func (b *Bed) Status(t federation.Type, name string) federatedkind.Status {
	b.Helper()
	o, err := b.Federated(t).Get(context.Background(), name, metav1.GetOptions{})
	require.NoError(b, err)
	s, err := federatedkind.StatusOf(o)
	require.NoError(b, err)
	return s
}

// UntilReady waits until a federated object is Ready for its present generation.
func (b *Bed) UntilReady(t federation.Type, name string) {
	b.Helper()
	b.Until("ready: "+name, func() bool {
		o, err := b.Federated(t).Get(context.Background(), name, metav1.GetOptions{})
		require.NoError(b, err)
		s, err := federatedkind.StatusOf(o)
		require.NoError(b, err)
		return s.ObservedGeneration == o.GetGeneration() && ReadyCondition(s).Status == metav1.ConditionTrue
	})
}

// ReadyCondition is the condition Ready; the zero Condition when there is none.
func ReadyCondition(s federatedkind.Status) federatedkind.Condition {
	for _, c := range s.Conditions {
		if c.Type == "Ready" {
			return c
		}
	}
	return federatedkind.Condition{}
}

// patience is how long to wait for what should come soon.
const patience = time.Minute

// Until waits until a condition holds, and fails the test when it never does.
func (b *Bed) Until(what string, holds func() bool) {
	b.Helper()
	if !b.Holds(holds) {
		require.Fail(b, "never: "+what)
	}
}

// Holds waits until a condition holds, and says whether it ever did. It is
// called in the goroutine of the test.
func (b *Bed) Holds(holds func() bool) bool {
	b.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(patience); ; {
		if holds() {
			return true
		}
		select {
		case <-late:
			return false
		case <-tick.C:
		}
	}
}

// In is the bed's namespace in a member, for objects of a type.
func (b *Bed) In(member *controlplane.Server, t federation.Type) dynamic.ResourceInterface {
	b.Helper()
	client, err := dynamic.NewForConfig(member.Config())
	require.NoError(b, err)
	if t.Scope == federation.ClusterScoped {
		return client.Resource(t.GroupVersionResource())
	}
	return client.Resource(t.GroupVersionResource()).Namespace(b.Namespace)
}

// Copy reads a copy in a member; nil when there is none.
func (b *Bed) Copy(member *controlplane.Server, t federation.Type, name string) *unstructured.Unstructured {
	b.Helper()
	o, err := b.In(member, t).Get(context.Background(), name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	require.NoError(b, err)
	return o
}

// Events returns the events about a federated object, as "reason: message".
func (b *Bed) Events(name string) []string {
	b.Helper()
	return b.EventsIn(b.Namespace, name)
}

// EventsIn are those about an object in another namespace of the host.
func (b *Bed) EventsIn(namespace, name string) []string {
	b.Helper()
	events := federation.Type{Version: "v1", Kind: "Event", Resource: "events"}
	list, err := b.Client.Resource(events.GroupVersionResource()).Namespace(namespace).
		List(context.Background(), metav1.ListOptions{FieldSelector: "involvedObject.name=" + name})
	require.NoError(b, err)
	var out []string
	for _, e := range list.Items {
		out = append(out, fmt.Sprintf("%v: %v", e.Object["reason"], e.Object["message"]))
	}
	return out
}

// Federated are the federated objects of a type in the bed's namespace.
func (b *Bed) Federated(t federation.Type) dynamic.ResourceInterface {
	kind := federatedkind.Kind{Target: t}.Federated()
	client := b.Client.Resource(kind.GroupVersionResource())
	if kind.Scope == federation.ClusterScoped {
		return client
	}
	return client.Namespace(b.Namespace)
}
