package federated

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
)

// Namespaces know the FederatedNamespaces of the host, and the host's own
// namespaces. One serves the loops of all types. Make it with [NewNamespaces].
type Namespaces struct {
	scope     federation.Scope
	kind      string
	federated cache.SharedIndexInformer
	hosts     cache.SharedIndexInformer // nil when only one namespace is read, which is never federated

	mu          sync.Mutex
	last        int
	subscribers map[int]func(namespace string)
	tried       map[place]bool // with a namespace, by its own loop
	awaited     map[place]bool // by something in the namespace
}

// NewNamespaces makes Namespaces over the FederatedNamespaces of that type, and
// starts nothing. In a federation of scope Cluster a namespace without a
// FederatedNamespace has nothing federated in it; in one of scope Namespaced it
// sets no bound, only that namespace is read, and no right is needed elsewhere.
func NewNamespaces(client dynamic.Interface, kind federation.Type, scope federation.Scope, namespace string) *Namespaces {
	n := &Namespaces{
		scope: scope, kind: kind.Kind,
		federated:   newInformer(client, kind, namespace),
		subscribers: map[int]func(string){},
		tried:       map[place]bool{},
		awaited:     map[place]bool{},
	}
	if scope == federation.ClusterScoped {
		hosts := federation.Type{Version: "v1", Kind: "Namespace", Resource: "namespaces", Scope: federation.ClusterScoped}
		n.hosts = newInformer(client, hosts, "")
	}
	return n
}

// Start keeps the Namespaces true until ctx ends.
func (n *Namespaces) Start(ctx context.Context) error {
	_, err := n.federated.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: n.tell,
		UpdateFunc: func(before, now any) {
			if worthLooking(before.(*unstructured.Unstructured), now.(*unstructured.Unstructured)) {
				n.tell(now)
			}
		},
		DeleteFunc: func(obj any) {
			if gone, late := obj.(cache.DeletedFinalStateUnknown); late {
				obj = gone.Obj
			}
			n.tell(obj)
		},
	})
	if err != nil {
		return fmt.Errorf("watch %s: %w", n.kind, err)
	}
	var running sync.WaitGroup
	if n.hosts != nil {
		running.Go(func() { n.hosts.RunWithContext(ctx) })
	}
	n.federated.RunWithContext(ctx)
	running.Wait()
	return nil
}

// waitListed waits until the namespaces are known, or ctx ends.
func (n *Namespaces) waitListed(ctx context.Context) error {
	hosts := func() bool { return n.hosts == nil || n.hosts.HasSynced() }
	if !cache.WaitForCacheSync(ctx.Done(), n.federated.HasSynced, hosts) {
		return errors.New("the namespaces were not listed in time")
	}
	return nil
}

// boundsOf returns the bounds on what is in a namespace.
func (n *Namespaces) boundsOf(namespace string) ([]placement.Bound, error) {
	if !n.federated.HasSynced() {
		return nil, fmt.Errorf("%s: %w", n.kind, propagation.ErrNotListed)
	}
	obj, found, err := n.federated.GetStore().GetByKey(namespace + "/" + namespace)
	switch {
	case err != nil:
		return nil, err
	case !found && n.scope == federation.NamespaceScoped:
		return nil, nil
	case !found:
		return []placement.Bound{{By: boundBy(n.kind, namespace)}}, nil
	}
	bound, err := BoundOf(obj.(*unstructured.Unstructured))
	return []placement.Bound{bound}, err
}

// hostUID is the UID of the host's own namespace of that name, and false when
// none is known.
func (n *Namespaces) hostUID(name string) (types.UID, bool) {
	if n.hosts == nil {
		return "", false
	}
	obj, found, err := n.hosts.GetStore().GetByKey(name)
	if err != nil || !found {
		return "", false
	}
	return obj.(metav1.Object).GetUID(), true
}

// subscribe has changed called with each namespace whose bound may have
// changed, until the function that it returns is called.
func (n *Namespaces) subscribe(changed func(namespace string)) func() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last++
	id := n.last
	n.subscribers[id] = changed
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.subscribers, id)
	}
}

func (n *Namespaces) tell(obj any) { n.tellOf(obj.(metav1.Object).GetNamespace()) }

func (n *Namespaces) tellOf(namespace string) {
	n.mu.Lock()
	all := slices.Collect(maps.Values(n.subscribers))
	n.mu.Unlock()
	for _, changed := range all {
		changed(namespace)
	}
}
