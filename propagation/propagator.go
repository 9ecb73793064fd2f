package propagation

import (
	"context"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// Propagator makes one cluster hold an object, or not hold it. Both methods are
// idempotent and safe for concurrent use (not with the same cluster and key at
// a time), return soon after ctx ends, and never modify their arguments.
//
// An error that is a *[Problem] says how the object fares and what would help;
// any other error is tried again after a while.
type Propagator interface {
	// Apply makes cluster hold want, and costs no request when it does already.
	Apply(ctx context.Context, cluster federation.ClusterName, want *unstructured.Unstructured, how Holding) (Outcome, error)
	// Remove makes cluster not hold the object. The answer Absent means that it
	// was seen to be gone; until then it is Removing, and an Observer tells when
	// to ask again. What is not ours is left alone, and counts as Absent.
	Remove(ctx context.Context, cluster federation.ClusterName, key Key, how Removal) (Outcome, error)
}

// Outcome is what was done, and what was then seen.
type Outcome struct {
	Action Action
	// Status is that of the copy, where the Propagator reads it; nil otherwise.
	Status map[string]any
	// Vitals are those of the copy that is there, where somebody judges it; zero
	// otherwise. They are told beside an error, too.
	Vitals status.Vitals
	// Regained tells of fields that somebody else had taken and that were
	// taken back.
	Regained []Taken
	// Yielded tells of fields that are left to somebody else.
	Yielded []Taken
}

// Action is what a Propagator did.
type Action string

// The actions.
const (
	Unchanged Action = "Unchanged" // it was so already; no request was made
	Applied   Action = "Applied"   // it is so now
	Removing  Action = "Removing"  // asked to go, but still seen
	Absent    Action = "Absent"    // no copy of ours is there
)

// Taken is a field of ours that somebody else wrote.
type Taken struct {
	Field string // ".spec.replicas"
	By    string // the field manager; empty when the field was just removed
}

// Describe names fields and who took them, in the order of the fields.
func Describe(fields []Taken) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = f.Field
		if f.By != "" {
			parts[i] += " (taken by " + f.By + ")"
		}
	}
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), ", ")
}

// An Observer is a [Propagator] that sees what happens in the members.
type Observer interface {
	// Observe watches the members and calls changed for each copy that may have
	// changed, appeared or gone, and with Cluster alone when a whole cluster can
	// be looked at anew. It returns when ctx has ended and no call to changed is
	// under way any more.
	Observe(ctx context.Context, changed func(Change)) error
	// Holders are the clusters in which a copy of that name was last seen, in
	// name order.
	Holders(key Key) []federation.ClusterName
}

// A Searcher is a [Propagator] that knows the parents of copies.
type Searcher interface {
	// HoldersOf are the clusters in which a copy of that parent was last seen, in
	// name order.
	HoldersOf(key Key, parent types.UID) []federation.ClusterName
}

// Change says where to look again.
type Change struct {
	Cluster federation.ClusterName
	Key     Key // the zero Key is every key
}
