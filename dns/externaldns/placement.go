package externaldns

import (
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// errNotListed says that something is about to be known, and looked at then.
var errNotListed = errors.New("not listed yet")

// placement is where a federated object is, and which taints it tolerates.
type placement struct {
	clusters    []federation.ClusterName
	tolerations []corev1.Toleration
	nowhere     *trouble // why it is in no cluster; nil when it is
}

// placementOf is where the object is that a record gives names to. An error is a
// [*trouble], or that it is not known yet: then its copies stay where they are.
func (c *Controller) placementOf(e entry) (placement, error) {
	config, is := c.federatedType(e.kind)
	if !is {
		return placement{}, troublef(v1alpha1.NotFederated,
			"no FederatedTypeConfig in namespace %s federates %s: enable the type %s", c.SystemNamespace, e.target.Kind, e.target.String())
	}
	objects, known := c.federated.Of(config.Spec.FederatedType.Type())
	if !known {
		return placement{}, errNotListed
	}
	object, found := objects.Get(e.id().key())
	if !found || object.GetDeletionTimestamp() != nil {
		return placement{nowhere: troublef(v1alpha1.NotFederated, "there is no %s %s: create it, or delete this record",
			config.Spec.FederatedType.Kind, e.id().key())}, nil
	}
	spec, err := federatedkind.SpecOf(object)
	if err != nil {
		return placement{}, troublef(v1alpha1.NotFederated, "%s %s cannot be read: %s", config.Spec.FederatedType.Kind, e.id().key(), err)
	}
	p := placement{tolerations: spec.Placement.Tolerations}
	p.clusters, err = c.clustersOf(config.Spec.TargetType.Type(), object)
	if err == nil && len(p.clusters) == 0 {
		p.nowhere = troublef(v1alpha1.NotPlaced, "%s %s is in no cluster: look at its status", config.Spec.FederatedType.Kind, e.id().key())
	}
	return p, err
}

// clustersOf are where an object should be, in the order of names: as it is known
// now or, as long as that is not, as its status says.
func (c *Controller) clustersOf(target federation.Type, object *unstructured.Unstructured) ([]federation.ClusterName, error) {
	var all []federation.ClusterName
	if c.Placements != nil {
		if picture, known := c.Placements.Look(target, propagation.KeyOf(object)); known && !picture.Deleting {
			for _, o := range picture.Clusters {
				all = add(all, o.Cluster, o.State)
			}
			return sorted(all), nil
		}
	}
	told, err := federatedkind.StatusOf(object)
	if err != nil {
		return nil, fmt.Errorf("read status: %w", err)
	}
	for _, s := range told.Clusters {
		all = add(all, federation.ClusterName(s.Name), status.State(s.Status))
	}
	return sorted(all), nil
}

// add adds a cluster, unless its copy is there only until it is removed.
func add(all []federation.ClusterName, name federation.ClusterName, state status.State) []federation.ClusterName {
	switch state {
	case status.WaitingForRemoval, status.DeletionFailed, status.DeletionTimedOut, status.LabelRemovalFailed, status.LabelRemovalTimedOut:
		return all
	}
	return append(all, name)
}

func sorted(names []federation.ClusterName) []federation.ClusterName {
	slices.Sort(names)
	return slices.Compact(names)
}
