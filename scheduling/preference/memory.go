package preference

import (
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
)

// memory is what is kept between two looks at a preference. All of it can be found
// out anew: a controller that starts begins to count again.
type memory struct {
	mu     sync.Mutex
	byID   map[propagation.Key]*recollection
	marked map[propagation.Key][]federation.Type
}

// recollection is what is kept of one preference.
type recollection struct {
	short   map[federation.ClusterName]time.Time        // since when not all replicas are ready
	sick    map[federation.ClusterName]time.Time        // since when that is so though there is room
	unseen  map[federation.ClusterName]time.Time        // since when a copy has to be seen that was not yet
	asked   time.Time                                   // since when the room somewhere is not known
	written map[types.UID]string                        // by object, the version that was written over
	unkept  *v1alpha1.ReplicaSchedulingPreferenceStatus // the status, where the host keeps none
}

// of is what is kept of a preference. One preference is looked at by one worker at
// a time, so it needs no lock of its own.
func (m *memory) of(key propagation.Key) *recollection {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byID == nil {
		m.byID = map[propagation.Key]*recollection{}
	}
	if m.byID[key] == nil {
		m.byID[key] = &recollection{
			short: map[federation.ClusterName]time.Time{}, sick: map[federation.ClusterName]time.Time{},
			unseen: map[federation.ClusterName]time.Time{}, written: map[types.UID]string{},
		}
	}
	return m.byID[key]
}

func (m *memory) forget(key propagation.Key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.byID, key)
}

// mark notes that the federated object of a type says that its taints are weighed
// here.
func (m *memory) mark(key propagation.Key, t federation.Type) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.marked == nil {
		m.marked = map[propagation.Key][]federation.Type{}
	}
	if !slices.Contains(m.marked[key], t) {
		m.marked[key] = append(m.marked[key], t)
	}
}

// unmark notes that it does not say so any more.
func (m *memory) unmark(key propagation.Key, t federation.Type) {
	m.mu.Lock()
	defer m.mu.Unlock()
	left := slices.DeleteFunc(m.marked[key], func(other federation.Type) bool { return other == t })
	if m.marked[key] = left; len(left) == 0 {
		delete(m.marked, key)
	}
}

// marks are the types whose federated objects of that key say so.
func (m *memory) marks(key propagation.Key) []federation.Type {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.marked[key])
}

// keepOnly forgets all clusters but these: one that comes back under its name
// begins anew.
func (r *recollection) keepOnly(clusters []federation.Cluster) {
	gone := func(name federation.ClusterName, _ time.Time) bool {
		return !slices.ContainsFunc(clusters, func(c federation.Cluster) bool { return c.Name == name })
	}
	for _, times := range []map[federation.ClusterName]time.Time{r.short, r.sick, r.unseen} {
		maps.DeleteFunc(times, gone)
	}
}

// since notes whether something is so now, and returns since when; zero when it is
// not. A time that is yet to come, for the clock was set back, is now.
func since(times map[federation.ClusterName]time.Time, cluster federation.ClusterName, now time.Time, isSo func() bool) time.Time {
	if !isSo() {
		delete(times, cluster)
		return time.Time{}
	}
	if times[cluster].IsZero() || times[cluster].After(now) {
		times[cluster] = now
	}
	return times[cluster]
}
