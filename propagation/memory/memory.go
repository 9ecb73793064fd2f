// Package memory is a propagation.Propagator whose members are maps: for tests,
// dry runs, and programs that show what would happen.
package memory

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// Propagator carries objects to maps. Every cluster name is a member that holds
// nothing at first. The zero Propagator is ready for use, and safe for
// concurrent use; its fields are set before that.
type Propagator struct {
	// Before is called before each Apply and Remove; an error is the answer. A
	// Before that waits for its ctx is a member that hangs. Nil is none.
	Before func(ctx context.Context, cluster federation.ClusterName, key propagation.Key) error
	// Judge tells how copies fare; nil is nobody.
	Judge status.Judge

	mu      sync.Mutex
	copies  map[propagation.Key]map[federation.ClusterName]copied // no map is empty
	changed func(propagation.Change)
}

// copied is a copy in a member.
type copied struct {
	object  *unstructured.Unstructured
	applied *unstructured.Unstructured // by us; nobody changes it
	parent  types.UID
	again   string         // the Holding's, when it was last applied
	status  map[string]any // as PutStatus said; nobody changes it
}

var (
	_ propagation.Propagator = (*Propagator)(nil)
	_ propagation.Observer   = (*Propagator)(nil)
	_ propagation.Viewer     = (*Propagator)(nil)
	_ propagation.Lister     = (*Propagator)(nil)
)

// Apply implements [propagation.Propagator].
func (m *Propagator) Apply(ctx context.Context, cluster federation.ClusterName, want *unstructured.Unstructured, how propagation.Holding) (propagation.Outcome, error) {
	key := propagation.KeyOf(want)
	if err := m.before(ctx, cluster, key); err != nil {
		return propagation.Outcome{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	there, held := m.copies[key][cluster]
	asked := how.Again != "" && how.Again != there.again
	if held && !asked && there.parent == how.Parent && equality.Semantic.DeepEqual(there.object.Object, want.Object) {
		return propagation.Outcome{Action: propagation.Unchanged, Vitals: m.judge(there)}, nil
	}
	now := copied{object: want.DeepCopy(), applied: want.DeepCopy(), parent: how.Parent, again: cmp.Or(how.Again, there.again), status: there.status}
	m.putLocked(cluster, key, now)
	return propagation.Outcome{Action: propagation.Applied, Vitals: m.judge(now)}, nil
}

// judge is how a copy fares.
func (m *Propagator) judge(c copied) status.Vitals {
	if m.Judge == nil {
		return status.Vitals{}
	}
	return m.Judge.Judge(c.whole())
}

// whole is the copy with its status.
func (c copied) whole() *unstructured.Unstructured {
	whole := c.object.DeepCopy()
	if c.status != nil {
		whole.Object["status"] = runtime.DeepCopyJSON(c.status)
	}
	return whole
}

// Remove implements [propagation.Propagator].
func (m *Propagator) Remove(ctx context.Context, cluster federation.ClusterName, key propagation.Key, how propagation.Removal) (propagation.Outcome, error) {
	if err := m.before(ctx, cluster, key); err != nil {
		return propagation.Outcome{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	there, held := m.copies[key][cluster]
	switch {
	case !held || !how.Owns(there.parent):
	case how.Orphan || how.Spare != "" && how.Spare == there.object.GetUID():
		left := there.object.DeepCopy()
		labels := left.GetLabels()
		delete(labels, propagation.ManagedLabel)
		left.SetLabels(labels)
		m.copies[key][cluster] = copied{object: left}
	default:
		m.dropLocked(cluster, key)
	}
	return propagation.Outcome{Action: propagation.Absent}, nil
}

func (m *Propagator) before(ctx context.Context, cluster federation.ClusterName, key propagation.Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.Before == nil {
		return nil
	}
	return m.Before(ctx, cluster, key)
}

// Observe implements [propagation.Observer]. One Observe runs at a time.
func (m *Propagator) Observe(ctx context.Context, changed func(propagation.Change)) error {
	m.mu.Lock()
	m.changed = changed
	m.mu.Unlock()
	<-ctx.Done()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changed = nil
	return nil
}

// Holders implements [propagation.Observer].
func (m *Propagator) Holders(key propagation.Key) []federation.ClusterName {
	m.mu.Lock()
	defer m.mu.Unlock()
	var holders []federation.ClusterName
	for name, there := range m.copies[key] {
		if there.parent != "" {
			holders = append(holders, name)
		}
	}
	slices.Sort(holders)
	return holders
}

// Copies implements [propagation.Lister].
func (m *Propagator) Copies(cluster federation.ClusterName) ([]propagation.Key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []propagation.Key
	for key, held := range m.copies {
		if held[cluster].parent != "" {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// View implements [propagation.Viewer].
func (m *Propagator) View(cluster federation.ClusterName, want *unstructured.Unstructured, _ propagation.Holding) (propagation.Sight, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	there, held := m.copies[propagation.KeyOf(want)][cluster]
	if !held || there.applied == nil {
		return propagation.Sight{}, nil
	}
	return propagation.Sight{
		Held: true, Wanted: equality.Semantic.DeepEqual(there.applied.Object, want.Object),
		Parent: there.parent, Vitals: m.judge(there),
	}, nil
}

// Get returns the object that a cluster holds, for the caller to keep; nil when
// it holds none.
func (m *Propagator) Get(cluster federation.ClusterName, key propagation.Key) *unstructured.Unstructured {
	m.mu.Lock()
	defer m.mu.Unlock()
	there, held := m.copies[key][cluster]
	if !held {
		return nil
	}
	return there.whole()
}

// Put makes a cluster hold an object, as somebody else would who writes to it:
// a copy that is there keeps its record.
func (m *Propagator) Put(cluster federation.ClusterName, object *unstructured.Unstructured) {
	key := propagation.KeyOf(object)
	m.mu.Lock()
	before := m.copies[key][cluster]
	m.putLocked(cluster, key, copied{object: object.DeepCopy(), applied: before.applied, parent: before.parent, again: before.again, status: before.status})
	m.mu.Unlock()
	m.tell(cluster, key)
}

// PutStatus gives the object of that key in a cluster a status, as its controller
// there would; what is not held gets none. It outlives changes of the object. The
// map must not be changed afterwards.
func (m *Propagator) PutStatus(cluster federation.ClusterName, key propagation.Key, content map[string]any) {
	m.mu.Lock()
	there, held := m.copies[key][cluster]
	if held {
		there.status = content
		m.putLocked(cluster, key, there)
	}
	m.mu.Unlock()
	m.tell(cluster, key)
}

// Drop makes a cluster hold no object of that key, as somebody else would who
// deletes it.
func (m *Propagator) Drop(cluster federation.ClusterName, key propagation.Key) {
	m.mu.Lock()
	m.dropLocked(cluster, key)
	m.mu.Unlock()
	m.tell(cluster, key)
}

func (m *Propagator) tell(cluster federation.ClusterName, key propagation.Key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.changed != nil {
		m.changed(propagation.Change{Cluster: cluster, Key: key})
	}
}

func (m *Propagator) putLocked(cluster federation.ClusterName, key propagation.Key, c copied) {
	if m.copies == nil {
		m.copies = map[propagation.Key]map[federation.ClusterName]copied{}
	}
	if m.copies[key] == nil {
		m.copies[key] = map[federation.ClusterName]copied{}
	}
	m.copies[key][cluster] = c
}

func (m *Propagator) dropLocked(cluster federation.ClusterName, key propagation.Key) {
	delete(m.copies[key], cluster)
	if len(m.copies[key]) == 0 {
		delete(m.copies, key)
	}
}
