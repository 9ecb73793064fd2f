package pull

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/push"
	"github.com/fedrail/fedrail/status"
)

// Options are what a [Propagator] is made of. Client, Writer and Type are
// required.
type Options struct {
	// Client and Writer reach the host. In all namespaces they need get, list,
	// watch, create and patch of bundles.propagation.fedrail.io.
	Client dynamic.Interface
	Writer metadata.Interface
	// Type of the objects it carries. One Propagator writes the bundles of a type
	// on a host.
	Type federation.Type

	// FieldManager, Adoption and Collection are those of package push, which the
	// agents use.
	FieldManager string
	Adoption     push.Adoption
	Collection   push.Collection
	// Judging is how the agents judge copies; nil is not at all.
	Judging *v1alpha1.Judging

	// ChunkObjects and ChunkBytes are how much is put into a bundle; default 200
	// objects and 256 KiB. Objects that grow may make it three times as large; then
	// they move.
	ChunkObjects, ChunkBytes int
	// Gather is how long a write of a bundle waits for more to write; default
	// 50ms. Interval is the least time between two writes of one bundle; default
	// 500ms.
	Gather, Interval time.Duration
	// Patience is how long reports wait for an agent that has not answered yet;
	// default 10s.
	Patience time.Duration
	// Backoff and MaxBackoff bound the time between two tries of what failed;
	// default 200ms and 5s.
	Backoff, MaxBackoff time.Duration

	Logger logr.Logger // the zero Logger discards
}

// Propagator carries the objects of one type to members by their bundles. Any
// cluster name is a member; one whose namespace ([NamespaceOf]) is missing on the
// host gets a Problem that says so. Make one with [New].
//
// Apply and Remove send nothing themselves, and answer by what the member's agent
// said last. Until it has said something about what is asked now, that is a
// Problem to wait with; a report waits with it for as long as Options.Patience
// says.
type Propagator struct {
	Options

	mu      sync.Mutex
	synced  bool // the bundles were listed
	failure error
	members map[federation.ClusterName]*member
	asked   map[federation.ClusterName]bool // in vain, before they were
	queue   workqueue.TypedRateLimitingInterface[chunkID]
	changed func(propagation.Change)
}

var (
	_ propagation.Propagator = (*Propagator)(nil)
	_ propagation.Observer   = (*Propagator)(nil)
)

// New makes a Propagator. It starts nothing: bundles are read and written only
// while Observe runs.
func New(o Options) (*Propagator, error) {
	var errs []error
	for _, required := range []struct {
		name    string
		missing bool
	}{
		{"Client", o.Client == nil}, {"Writer", o.Writer == nil},
		{"Type", o.Type.Resource == "" || o.Type.Kind == "" || o.Type.Version == "" || o.Type.Scope == ""},
	} {
		if required.missing {
			errs = append(errs, fmt.Errorf("pull: Options.%s is required", required.name))
		}
	}
	o.FieldManager = cmp.Or(o.FieldManager, "fedrail")
	o.ChunkObjects = min(cmp.Or(o.ChunkObjects, 200), maxObjects)
	o.ChunkBytes = min(cmp.Or(o.ChunkBytes, maxBytes/4), maxBytes)
	o.Gather = cmp.Or(o.Gather, 50*time.Millisecond)
	o.Interval = cmp.Or(o.Interval, 500*time.Millisecond)
	o.Patience = cmp.Or(o.Patience, 10*time.Second)
	o.Backoff = cmp.Or(o.Backoff, 200*time.Millisecond)
	o.MaxBackoff = cmp.Or(o.MaxBackoff, 5*time.Second)
	p := &Propagator{Options: o}
	p.resetLocked()
	return p, errors.Join(errs...)
}

// Apply implements [propagation.Propagator].
func (p *Propagator) Apply(ctx context.Context, name federation.ClusterName, want *unstructured.Unstructured, how propagation.Holding) (propagation.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return propagation.Outcome{}, err
	}
	e, err := toHold(want, how)
	switch {
	case err != nil:
		return propagation.Outcome{}, propagation.Problemf(status.ComputeResourceFailed, propagation.RetryOnChange, "encode the object: %w", err)
	case e.size() > maxBytes:
		return propagation.Outcome{}, propagation.Problemf(status.ComputeResourceFailed, propagation.RetryOnChange,
			"the object takes %d bytes, and a bundle has room for %d; make it smaller", e.size(), maxBytes)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.readyLocked(name); err != nil {
		return propagation.Outcome{}, err
	}
	m := p.memberLocked(name)
	o := m.objects[e.key]
	if o == nil || !o.entry.asks(e) {
		o = p.askLocked(m, e)
	}
	return o.held(name)
}

// Remove implements [propagation.Propagator].
func (p *Propagator) Remove(ctx context.Context, name federation.ClusterName, key propagation.Key, how propagation.Removal) (propagation.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return propagation.Outcome{}, err
	}
	e, err := toRemove(key, how)
	if err != nil {
		return propagation.Outcome{}, propagation.Problemf(status.DeletionFailed, propagation.RetryOnChange, "encode the removal: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.readyLocked(name); err != nil {
		return propagation.Outcome{}, err
	}
	m := p.memberLocked(name)
	o := m.objects[key]
	switch {
	case o == nil, !how.Owns(o.entry.parent):
		return propagation.Outcome{Action: propagation.Absent}, nil
	case !o.entry.asks(e):
		o = p.askLocked(m, e)
	}
	return o.removed(name)
}
