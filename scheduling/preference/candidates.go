package preference

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

// chooser is a selector of clusters, and whose it is.
type chooser struct {
	by       string
	selector *metav1.LabelSelector // nil chooses none
}

// candidates are the clusters that may get replicas: members that stay and that
// every chooser chooses. That there is none is a [*trouble].
func candidates(members federation.ClusterSet, choosers []chooser) ([]federation.Cluster, error) {
	var all []federation.Cluster
	for c := range members.Staying().All() {
		all = append(all, c)
	}
	for _, by := range choosers {
		selector, err := metav1.LabelSelectorAsSelector(by.selector)
		if err != nil {
			return nil, troublef(v1alpha1.InvalidTarget, "%s: spec.placement.clusterSelector: %s", by.by, err)
		}
		if all = chosen(all, selector); len(all) == 0 {
			return nil, troublef(v1alpha1.NoClusters, "%s", by.none())
		}
	}
	if len(all) == 0 {
		return nil, troublef(v1alpha1.NoClusters, "no cluster has joined the federation to stay: join one")
	}
	return all, nil
}

func chosen(clusters []federation.Cluster, by labels.Selector) []federation.Cluster {
	var all []federation.Cluster
	for _, c := range clusters {
		if by.Matches(c.Labels) {
			all = append(all, c)
		}
	}
	return all
}

// none says that it leaves no cluster.
func (c chooser) none() string {
	if c.selector == nil {
		return fmt.Sprintf("%s has no spec.placement.clusterSelector, which spec.intersectWithClusterSelector asks for: add one, or set that to false", c.by)
	}
	return fmt.Sprintf("spec.placement.clusterSelector of %s chooses none of the clusters that are left", c.by)
}
