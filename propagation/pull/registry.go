package pull

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/since"
)

// RegistryOptions are what a [Registry] is made of.
type RegistryOptions struct {
	// Client reaches the host; required. It needs list and watch of namespaces,
	// and of Leases in all of them.
	Client dynamic.Interface
	Logger logr.Logger // the zero Logger discards
}

// Registry is a federation.Registry of the members whose agents fetch bundles
// from this host: each namespace with the label [MemberLabel] is one. The
// namespace's other labels are the member's, so nobody sets them who may not
// write namespaces; an agent may not.
//
// A member is leaving when [LeavingAnnotation] says so (see [Unjoin]), and has left
// when its namespace is deleted: its copies stay then as they are.
//
// A member is Ready while its agent renews the Lease in that namespace, which it
// does while the member's API server is well. Its taints are in [TaintsAnnotation].
// One with the effect NoExecute and without a timeAdded counts from when this
// registry saw it first, anew after a restart. Make one with [NewRegistry].
type Registry struct {
	RegistryOptions
	members *federation.Members

	mu         sync.Mutex
	namespaces map[string]*unstructured.Unstructured
	beats      map[string]beat
	ages       map[string]*age
	listed     int // of the two kinds
	look       chan struct{}
}

var _ federation.Registry = (*Registry)(nil)

// beat is the last renewal of a Lease that was seen.
type beat struct {
	renewed time.Time // by the agent's clock
	until   time.Time // it counts, by ours
}

// age is since when a member is as it is.
type age struct {
	turn   since.Turn
	taints since.Taints
	wrong  string // with its taints, as it was logged last
}

// NewRegistry makes a Registry and starts nothing.
func NewRegistry(o RegistryOptions) (*Registry, error) {
	if o.Client == nil {
		return nil, errors.New("pull: RegistryOptions.Client is required")
	}
	return &Registry{RegistryOptions: o, members: federation.Unknown(), look: make(chan struct{}, 1)}, nil
}

// Snapshot implements [federation.Registry].
func (r *Registry) Snapshot() federation.ClusterSet { return r.members.Snapshot() }

// Watch implements [federation.Registry].
func (r *Registry) Watch(ctx context.Context) iter.Seq[federation.ClusterSet] {
	return r.members.Watch(ctx)
}

// Start keeps the members true until ctx ends. It may be called once. While the
// host does not answer, members whose Leases run out stop being Ready.
func (r *Registry) Start(ctx context.Context) error {
	r.namespaces, r.beats, r.ages = map[string]*unstructured.Unstructured{}, map[string]beat{}, map[string]*age{}
	var watching sync.WaitGroup
	defer watching.Wait()
	follow := func(resource schema.GroupVersionResource, s sight) {
		w := watched{
			objects: r.Client.Resource(resource), selector: MemberLabel + "=true", backoff: between(200*time.Millisecond, hostBackoff),
			failed: func(err error) {
				r.Logger.Info("cannot read who fetches", "type", resource.Resource, "reason", err.Error())
			},
		}
		watching.Go(func() { w.watch(ctx, s) })
	}
	follow(schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}, r.sight(
		func(u *unstructured.Unstructured) { r.namespaces[u.GetName()] = u },
		func(u *unstructured.Unstructured) { delete(r.namespaces, u.GetName()) },
		func() { clear(r.namespaces) }))
	follow(leases(), r.sight(r.heardLocked,
		func(u *unstructured.Unstructured) { delete(r.beats, u.GetNamespace()) },
		func() {}))
	for ctx.Err() == nil {
		wait := r.refresh(time.Now())
		select {
		case <-ctx.Done():
		case <-r.look:
		case <-time.After(wait):
		}
	}
	return nil
}

// sight has changes of one kind taken over by put and gone, under the lock.
func (r *Registry) sight(put, gone func(*unstructured.Unstructured), forget func()) sight {
	listed := false
	under := func(do func()) {
		r.mu.Lock()
		do()
		r.mu.Unlock()
		select {
		case r.look <- struct{}{}:
		default:
		}
	}
	return sight{
		put:  func(u *unstructured.Unstructured) { under(func() { put(u) }) },
		gone: func(u *unstructured.Unstructured) { under(func() { gone(u) }) },
		all: func(all []*unstructured.Unstructured) {
			under(func() {
				forget()
				for _, u := range all {
					put(u)
				}
				if !listed {
					listed = true
					r.listed++
				}
			})
		},
	}
}

// heardLocked takes over a Lease. One that is seen to be renewed counts from now:
// the two clocks need not agree. Of the first that is seen, the agent's clock has
// to tell.
func (r *Registry) heardLocked(u *unstructured.Unstructured) {
	last, heard := beatOf(u)
	before, known := r.beats[u.GetNamespace()]
	if !heard || before.renewed.Equal(last.renewed) {
		return
	}
	if known {
		last.until = time.Now().Add(last.until.Sub(last.renewed))
	}
	r.beats[u.GetNamespace()] = last
}

// refresh tells of the members as they are at that time, and returns how long
// that may stay true.
func (r *Registry) refresh(now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.listed < 2 {
		return time.Hour
	}
	wait := time.Hour
	var clusters []federation.Cluster
	for _, name := range slices.Sorted(maps.Keys(r.namespaces)) {
		c := r.clusterLocked(r.namespaces[name], now)
		if c.Name == "" {
			continue
		}
		if c.Ready {
			wait = min(wait, r.beats[name].until.Sub(now)+time.Millisecond)
		}
		clusters = append(clusters, c)
	}
	maps.DeleteFunc(r.ages, func(name string, _ *age) bool { return r.namespaces[name] == nil })
	r.members.Replace(federation.NewClusterSet(clusters...))
	return wait
}

func (r *Registry) clusterLocked(namespace *unstructured.Unstructured, now time.Time) federation.Cluster {
	c := memberOf(namespace)
	if c.Name == "" {
		return c
	}
	a := r.ages[namespace.GetName()]
	if a == nil {
		a = &age{}
		r.ages[namespace.GetName()] = a
	}
	c.Taints = a.taints.Date(r.taints(namespace, a), now)
	last, heard := r.beats[namespace.GetName()]
	c.Ready, c.Message = readiness(last, heard, now)
	from := now
	if !heard {
		from = namespace.GetCreationTimestamp().Time
	} else if !c.Ready {
		from = last.until
	}
	c.Turned = a.turn.Note(c.Ready, from)
	return c
}

// leavingOf is what becomes of the copies of a member that leaves.
func leavingOf(namespace *unstructured.Unstructured) federation.Leaving {
	switch how := federation.Leaving(namespace.GetAnnotations()[LeavingAnnotation]); how {
	case federation.LeavingDelete, federation.LeavingOrphan:
		return how
	}
	return ""
}

// uidOf is the UID of the namespace of a member of a Registry.
func uidOf(member federation.Cluster) types.UID { return types.UID(member.Connection) }
