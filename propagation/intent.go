package propagation

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation/rollout"
	"github.com/fedrail/fedrail/status"
)

// Intent is what one object should be, and where. It is a value that nobody
// changes once it was handed out.
type Intent struct {
	Key Key
	// Parent is the UID of whatever declares the object. It is recorded on each
	// copy, which is how a copy is known to be ours.
	Parent types.UID
	// Generation of the declaration; it goes up when the declaration changes.
	Generation int64
	// Template is the object before overrides. The Controller sets name,
	// namespace and the managed label itself.
	Template *unstructured.Unstructured
	// Placement says where the object should be. The Controller fills in Members,
	// Holding, Now and the Object's name, and its kind when that is empty.
	Placement placement.Request
	// Overrides say what differs from cluster to cluster.
	Overrides []overrides.Rule
	// Invalid says that the declaration cannot be understood at all. Nothing is
	// changed in any member while it is set.
	Invalid error
	// Deleting says that the declaration is being deleted: no cluster should
	// hold the object any more.
	Deleting bool
	// Suspended says that nothing is created, changed or removed in any member for now,
	// in spite of all else that is said here, but for Deleting. How the copies fare goes
	// on being told; the Propagator has to be a Viewer for that. What is on its way to a
	// member when it begins may get there still.
	Suspended bool
	// Reconcile has every copy compared with what should be there and written anew,
	// whenever it is another text than it was: also where the copy is believed to be as
	// it should. It ends all back-offs. The text that an object has when a Controller
	// first sees it asks for nothing, and neither does the empty one, nor the last one
	// after that.
	Reconcile string
	// Retry has what failed be tried again at once, whenever it changes as Reconcile
	// does. What is as it should be costs no request.
	Retry string
	// Holding says what gives way where somebody else writes fields of a copy;
	// in the zero Holding they do.
	Holding Holding
	// Rollout says how a change goes from cluster to cluster; nil is to all at
	// once. The Propagator has to be a Viewer then.
	Rollout *rollout.Policy
	// Follow says that what the pod template refers to follows the object: see
	// package propagation/follow.
	Follow bool
	// Lacks says why something that the object needs does not follow it; the zero
	// Problem is nothing. The object is carried all the same.
	Lacks status.Problem
	// Removal says how copies are removed; the zero Removal deletes them.
	Removal Removal
	// Awaits says of a cluster that something which the object needs there, such
	// as its namespace, is about to come; nil when nothing is. The first copy waits
	// for it, though not for ever, and is not late meanwhile; the Source's Watch
	// tells when it came. It may be called at any time, concurrently. A nil Awaits
	// awaits nothing.
	Awaits func(cluster federation.ClusterName) *Problem
	// AllowLoss says yes to a loss that is held back: see Loss.
	AllowLoss string
	// Held says that the Ledger holds the declaration already.
	Held bool
	// Reported is the summary that was reported last, for this or an earlier
	// generation; the zero Summary when there is none.
	Reported status.Summary

	stray bool // nothing declares it any more; copies of it are to go
}

// Source says what should be where. It answers from memory and may be called
// concurrently.
type Source interface {
	// Get returns the intent of that name, and false when there is none. An
	// error means that it is not known, and nothing is changed because of it;
	// ErrNotListed, that Watch will tell.
	Get(ctx context.Context, key Key) (Intent, bool, error)
	// Watch calls changed for every intent there is, not before Get knows that
	// one, then for each one that may have changed or gone, until ctx ends. It
	// returns when no call to changed is under way any more. An error ends the
	// Controller.
	Watch(ctx context.Context, changed func(Key)) error
}

// An Onlooker is a [Source] that is told where its objects are placed.
type Onlooker interface {
	// Placed tells where an object should be by the last decision: what bounds,
	// policies, taints and the loss guard leave of its placement. It is told at each
	// planning, before anything is done about it, but not of an object that is being
	// deleted or cannot be understood. One that is suspended should be where it may be,
	// too. It is called concurrently, must not block, and must not keep the slice.
	Placed(key Key, clusters []federation.ClusterName)
}

// ErrNotListed is the answer of a [Source] that does not know its intents yet.
var ErrNotListed = errors.New("not listed yet")
