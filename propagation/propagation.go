// Package propagation carries objects to the members of a federation and keeps
// them there. It owns no client: a [Source] says what should be where, a
// [Propagator] reads and writes members, a [Ledger] is told how it went, and
// the [Controller] is the loop between them.
//
// The default Propagator is in package propagation/push. Source and Ledger over
// KubeFed's Federated<Kind> objects are in propagation/federated, over a custom
// resource of one's own in propagation/declared (see examples/operator), and in
// memory in propagation/memory (see examples/inmemory).
package propagation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation/rollout"
	"github.com/fedrail/fedrail/status"
)

// ManagedLabel is on every copy in a member. The value "true" says that the
// copy is the federation's; an object that carries the value "false" is never
// touched.
const ManagedLabel = "kubefed.io/managed"

// Key names one object of one type, the same in every cluster. One Controller
// carries objects of one type, so the key does not name the type.
type Key struct {
	Namespace string // empty for an object without one
	Name      string
}

// String is "namespace/name", or just the name.
func (k Key) String() string {
	if k.Namespace == "" {
		return k.Name
	}
	return k.Namespace + "/" + k.Name
}

// KeyOf is the key of an object.
func KeyOf(o metav1.Object) Key { return Key{Namespace: o.GetNamespace(), Name: o.GetName()} }

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
	// Placement says where the object should be. The Controller fills in Members
	// and the Object's name, and its kind when that is empty.
	Placement placement.Request
	// Overrides say what differs from cluster to cluster.
	Overrides []overrides.Rule
	// Invalid says that the declaration cannot be understood at all. Nothing is
	// changed in any member while it is set.
	Invalid error
	// Deleting says that the declaration is being deleted: no cluster should
	// hold the object any more.
	Deleting bool
	// Holding says what gives way where somebody else writes fields of a copy;
	// in the zero Holding they do.
	Holding Holding
	// Rollout says how a change goes from cluster to cluster; nil is to all at
	// once. The Propagator has to be a Viewer then.
	Rollout *rollout.Policy
	// Follow says that what the pod template refers to follows the object: see
	// package propagation/follow.
	Follow bool
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

// Removal says which copy is removed, and how.
type Removal struct {
	// Parent is the UID recorded on the copy; a copy of another parent is not
	// ours to remove. The Controller fills it in.
	Parent types.UID
	// Former is whose the copies may be that the intent takes the place of: they
	// are removed as its own. Empty is nobody.
	Former types.UID
	// Orphan leaves the object in the member, but not as a copy of ours: our
	// label and record are taken off.
	Orphan bool
	// Spare is the UID of an object that is always orphaned, never deleted: the
	// host's own namespace, where the host is a member too. Empty is none.
	Spare types.UID
	// Grace and Policy are the delete options; nil is the type's own grace, and
	// deletion of dependents in the background.
	Grace  *int64
	Policy *metav1.DeletionPropagation
}

// Owns says whether a copy with that parent may be removed.
func (r Removal) Owns(parent types.UID) bool {
	return parent == r.Parent || r.Former != "" && parent == r.Former
}

// Source says what should be where. It answers from memory and may be called
// concurrently.
type Source interface {
	// Get returns the intent of that name, and false when there is none. An
	// error means that it is not known, and nothing is changed because of it;
	// ErrNotListed, that Watch will tell.
	Get(ctx context.Context, key Key) (Intent, bool, error)
	// Watch calls changed for every intent there is, not before Get knows that
	// one, then for each one that may have changed or gone, until ctx ends. It returns when no call to
	// changed is under way any more. An error ends the Controller.
	Watch(ctx context.Context, changed func(Key)) error
}

// ErrNotListed is the answer of a [Source] that does not know its intents yet.
var ErrNotListed = errors.New("not listed yet")

// Ledger is what the Controller writes back to the host. Its methods are
// idempotent and may be called concurrently, though never for one key at a
// time. A conflict with another writer is an error like others: the Controller
// asks again.
type Ledger interface {
	// Hold makes sure that the declaration does not vanish before its copies
	// do (a finalizer). It is called before the first write to a member, and
	// answers ErrGone when there is nothing to hold any more: then no member is
	// written to.
	Hold(ctx context.Context, intent Intent) error
	// Report records how the object fares. It is called only with a summary
	// that differs from the last one.
	Report(ctx context.Context, intent Intent, s status.Summary) error
	// Release lets the declaration go: no copy is left. A declaration that is
	// gone already is no error.
	Release(ctx context.Context, intent Intent) error
}

// ErrGone is the answer of [Ledger.Hold] when the declaration is gone, or is
// another one by now. Watch tells of that.
var ErrGone = errors.New("it is gone")

// A Recorder is a [Ledger] that tells people about transitions too.
type Recorder interface {
	// Record tells of one transition into trouble or out of it. It does not
	// block and cannot fail: an event is a courtesy.
	Record(intent Intent, event Event)
}

// Event is one transition, for people.
type Event struct {
	Type    string // corev1.EventTypeNormal or EventTypeWarning
	Reason  string // one CamelCase word
	Message string
}

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
	// Generation is the copy's own, where its Status is read.
	Generation int64
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

// Change says where to look again.
type Change struct {
	Cluster federation.ClusterName
	Key     Key // the zero Key is every key
}

// Problem is an error that says how an object fares in a cluster.
type Problem struct {
	State status.State
	Retry Retry
	// After is when to ask again, for RetryLater; 0 leaves it to the back-off.
	After time.Duration
	// Pressed says that the cluster has more to do than it can, or gave no
	// answer: it is asked less at a time.
	Pressed bool
	// Passing says that the reason lies with the cluster, not with the object:
	// when something else can be done there again, this is tried at once too.
	Passing bool
	// Lacking says that the cluster is known to hold no copy. A State that tells
	// nothing of the copy, such as CachedRetrievalFailed, otherwise leaves it to
	// count as it was last seen.
	Lacking bool
	Err     error
}

// Retry says what would help against a [Problem].
type Retry string

// The ways to go on.
const (
	RetryLater    Retry = ""         // ask again after a back-off
	RetryOnChange Retry = "OnChange" // wait: a change of the intent, or one told by the Observer
)

// Problemf makes a Problem, its error formatted as fmt.Errorf does.
func Problemf(state status.State, retry Retry, format string, args ...any) *Problem {
	return &Problem{State: state, Retry: retry, Err: fmt.Errorf(format, args...)}
}

// Error is the cause's.
func (p *Problem) Error() string { return p.Err.Error() }

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Err }
