package federated

import (
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// notBegun says of the answer to an Apply that nothing was tried yet.
func notBegun(err error) bool {
	problem, explains := errors.AsType[*propagation.Problem](err)
	return explains && (problem.State == status.CachedRetrievalFailed || problem.State == status.ClientRetrievalFailed)
}

// place is a namespace in a cluster.
type place struct {
	cluster   federation.ClusterName
	namespace string
}

// awaits is what the objects in a namespace wait for in a cluster: the namespace,
// until its own loop has tried to put it there. Whether that went well does not
// matter, for there may be such a namespace all the same.
func (n *Namespaces) awaits(p place) *propagation.Problem {
	if !n.declares(p.namespace) {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.tried[p] {
		return nil
	}
	n.awaited[p] = true
	return propagation.Problemf(status.WaitingForNamespace, propagation.RetryLater,
		"namespace %q is federated and about to come; the object follows it", p.namespace)
}

// declares says whether there is a FederatedNamespace, and is to stay.
func (n *Namespaces) declares(namespace string) bool {
	obj, found, err := n.federated.GetStore().GetByKey(namespace + "/" + namespace)
	return err == nil && found && obj.(*unstructured.Unstructured).GetDeletionTimestamp() == nil
}

// noteOutcome takes over what the loop of the namespaces did.
func (n *Namespaces) noteOutcome(at propagation.Change, out propagation.Outcome, err error) {
	p := place{at.Cluster, at.Key.Name}
	if out.Action == propagation.Removing || out.Action == propagation.Absent {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.tried, p)
		return
	}
	if !notBegun(err) {
		n.noteTried(p)
	}
}

func (n *Namespaces) noteTried(p place) {
	n.mu.Lock()
	n.tried[p] = true
	awaited := n.awaited[p]
	delete(n.awaited, p)
	n.mu.Unlock()
	if awaited {
		n.tellOf(p.namespace)
	}
}
