package federation

import (
	"cmp"
	"iter"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// ClusterName names a member. It is unique in a federation and is what
// placements and overrides speak of.
type ClusterName string

// Cluster is what the federation knows about one member. It is a value: it
// holds no client, and its maps and slices must not be changed once it is in a
// [ClusterSet].
type Cluster struct {
	// Name is never empty.
	Name ClusterName
	// Labels are what a cluster selector is matched with; nil is no labels.
	Labels labels.Set
	// Ready says that the member answered its last health probes. Nothing is
	// written to a member that is not ready, and nothing is withdrawn from it
	// because of that.
	Ready bool
	// Message tells people why the member is not Ready; empty when it is.
	Message string
	// Turned is when Ready was another last; zero when nobody knows.
	Turned time.Time
	// Taints keep objects away that do not tolerate them, as those of a Node keep
	// pods away. See [NotReadyTaint] for the one that nobody has to set.
	Taints []corev1.Taint
	// Region and Zones say where the member's nodes run; empty when unknown.
	Region string
	Zones  []string
	// Connection changes when clients made earlier no longer speak to this
	// member: another endpoint or another certificate authority. It is opaque,
	// may be compared, and holds no secret. A renewed token does not change it.
	Connection string
	// Leaving says that the member is about to leave, and what becomes of the
	// copies in it. Nothing new is placed there. Empty: it stays.
	Leaving Leaving
}

// Leaving is what becomes of the copies in a member that leaves.
type Leaving string

// The values of Leaving, for a member that stays until that is done.
const (
	LeavingDelete Leaving = "Delete" // they are deleted
	LeavingOrphan Leaving = "Orphan" // they stay, without our label and record
)

// ClusterSet is an immutable snapshot of the members, ordered by name. The zero
// ClusterSet is empty. It is safe for concurrent use.
type ClusterSet struct {
	members []Cluster
}

// NewClusterSet makes a set of clusters. Of several with the same name the last
// one counts. The slice may be reused by the caller, the maps inside may not be
// changed.
func NewClusterSet(clusters ...Cluster) ClusterSet {
	members := slices.Clone(clusters)
	slices.Reverse(members)
	slices.SortStableFunc(members, func(a, b Cluster) int { return cmp.Compare(a.Name, b.Name) })
	return ClusterSet{members: slices.CompactFunc(members, func(a, b Cluster) bool { return a.Name == b.Name })}
}

// Get returns the member of that name.
func (s ClusterSet) Get(name ClusterName) (Cluster, bool) {
	i, found := slices.BinarySearchFunc(s.members, name, func(c Cluster, n ClusterName) int { return cmp.Compare(c.Name, n) })
	if !found {
		return Cluster{}, false
	}
	return s.members[i], true
}

// All yields the members in name order.
func (s ClusterSet) All() iter.Seq[Cluster] { return slices.Values(s.members) }

// Names returns the members' names in order, in a slice of the caller's own.
func (s ClusterSet) Names() []ClusterName {
	names := make([]ClusterName, len(s.members))
	for i, c := range s.members {
		names[i] = c.Name
	}
	return names
}

// Staying are the members that are not leaving.
func (s ClusterSet) Staying() ClusterSet {
	leaving := func(c Cluster) bool { return c.Leaving != "" }
	if !slices.ContainsFunc(s.members, leaving) {
		return s
	}
	return ClusterSet{members: slices.DeleteFunc(slices.Clone(s.members), leaving)}
}

// Len is the number of members.
func (s ClusterSet) Len() int { return len(s.members) }
