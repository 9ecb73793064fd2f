package pull

import (
	"fmt"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
)

// ClusterOf is what the host says of a member, from its namespace and its Lease, for
// whoever runs no [Registry]; a nil Lease is one that is not there. The member is Ready
// as the clock of its agent tells, and its Turned is zero. A namespace that is no
// member's, or about to go, has the zero Cluster. The error says what is wrong with its
// taints: the member has the one with the key [UnreadableTaint] in their place.
func ClusterOf(namespace, lease *unstructured.Unstructured, now time.Time) (federation.Cluster, error) {
	c := memberOf(namespace)
	if c.Name == "" {
		return c, nil
	}
	var last beat
	heard := false
	if lease != nil {
		last, heard = beatOf(lease)
	}
	c.Ready, c.Message = readiness(last, heard, now)
	taints, err := TaintsOf(namespace)
	if err != nil {
		taints = unreadable()
	}
	c.Taints = taints
	return c, err
}

// memberOf is who a namespace is for, without what changes with time; zero when it is
// for none.
func memberOf(namespace *unstructured.Unstructured) federation.Cluster {
	c := federation.Cluster{
		Name: federation.ClusterName(namespace.GetAnnotations()[ClusterAnnotation]), Labels: labels.Set{},
		Connection: string(namespace.GetUID()), // another one has other bundles
		Leaving:    leavingOf(namespace),
	}
	if NamespaceOf(c.Name) != namespace.GetName() || namespace.GetDeletionTimestamp() != nil {
		return federation.Cluster{}
	}
	for key, value := range namespace.GetLabels() {
		if key != MemberLabel && key != corev1.LabelMetadataName {
			c.Labels[key] = value
		}
	}
	return c
}

// beatOf is the last renewal of a Lease by the agent's clock, if it is an agent's and
// was renewed.
func beatOf(lease *unstructured.Unstructured) (last beat, heard bool) {
	spec := part[coordinationv1.LeaseSpec](lease, "spec")
	if lease.GetName() != LeaseName || spec.RenewTime == nil || spec.LeaseDurationSeconds == nil {
		return beat{}, false
	}
	lifetime := time.Duration(*spec.LeaseDurationSeconds) * time.Second
	return beat{renewed: spec.RenewTime.Time, until: spec.RenewTime.Add(lifetime)}, true
}

// readiness says whether a member is ready, and if not, why.
func readiness(last beat, heard bool, now time.Time) (ready bool, message string) {
	switch {
	case !heard:
		return false, "its agent has never been heard of"
	case now.Before(last.until):
		return true, ""
	default:
		return false, fmt.Sprintf("its agent was last heard of at %s; it may be down, or the member not well, or the way to the host closed",
			last.renewed.UTC().Format(time.RFC3339))
	}
}
