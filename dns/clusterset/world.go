package clusterset

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/since"
	"github.com/fedrail/fedrail/propagation"
)

// world is what was seen in the members, and which services have to be decided on
// because of that.
type world struct {
	clusters   Clusters
	federation string
	keepFor    time.Duration
	logger     logr.Logger
	look       func(propagation.Key) // a service has to be decided on
	news       chan struct{}         // what is to be watched may have changed

	mu      sync.Mutex
	begun   bool // the members are known
	members map[federation.ClusterName]*member
	// services are those that are exported or imported anywhere, or were until they
	// are decided on, by namespace. Each has the number of the last change that it has
	// to be decided on for; 0 when it was.
	services map[string]map[propagation.Key]uint64
	changes  uint64
}

// member is what was seen of one member.
type member struct {
	federation.Cluster
	turn       since.Turn
	since      time.Time // it is ready, or not
	reach      *reach    // over the present connection; nil: it cannot be reached
	exports    *shelf[*v1beta1.ServiceExport]
	imports    *shelf[*v1beta1.ServiceImport]
	namespaces *shelf[*corev1.Namespace]
	spaces     map[string]*space // by namespace
}

// space is what was seen of one namespace of a member.
type space struct {
	services *shelf[*corev1.Service]
	slices   *shelf[*discoveryv1.EndpointSlice] // nil: nothing is exported from there
}

func newWorld(o Options, look func(propagation.Key)) *world {
	return &world{
		clusters: o.Clusters, federation: o.Federation, keepFor: o.KeepFor, logger: o.Logger,
		look: look, news: make(chan struct{}, 1),
		members: map[federation.ClusterName]*member{}, services: map[string]map[propagation.Key]uint64{},
	}
}

// again has it looked at again what is to be watched.
func (w *world) again() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// touch has a service decided on.
func (w *world) touch(service propagation.Key) {
	if w.services[service.Namespace] == nil {
		w.services[service.Namespace] = map[propagation.Key]uint64{}
	}
	w.changes++
	w.services[service.Namespace][service] = w.changes
	w.look(service)
}

// touchKnown has a service decided on that is exported or imported.
func (w *world) touchKnown(service propagation.Key) {
	if _, known := w.services[service.Namespace][service]; known {
		w.touch(service)
	}
}

// reported has a service decided on, for there is news of how it fares.
func (w *world) reported(service propagation.Key) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.touchKnown(service)
}

func (w *world) touchNamespace(name string) {
	for service := range w.services[name] {
		w.touch(service)
	}
}

func (w *world) touchAll() {
	for name := range w.services {
		w.touchNamespace(name)
	}
	w.again()
}

// done notes that a service was decided on as it was at a change. What is nowhere
// exported or imported is forgotten.
func (w *world) done(service propagation.Key, change uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.services[service.Namespace][service] != change {
		return // something has changed meanwhile
	}
	if w.isAnywhere(service) {
		w.services[service.Namespace][service] = 0
		return
	}
	delete(w.services[service.Namespace], service)
	if len(w.services[service.Namespace]) == 0 {
		delete(w.services, service.Namespace)
		w.again()
	}
}

func (w *world) isAnywhere(service propagation.Key) bool {
	for _, m := range w.members {
		if len(m.exports.of[service])+len(m.imports.of[service]) > 0 {
			return true
		}
	}
	return false
}

// unsettled says whether more may be declared in a namespace because of what is in
// the members already: one of them is not known there, or a service was not decided
// on.
func (w *world) unsettled(namespace string) bool {
	set, now := w.clusters.Snapshot().Staying(), time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.begun {
		return true
	}
	for _, change := range w.services[namespace] {
		if change != 0 {
			return true
		}
	}
	for c := range set.All() {
		m := w.members[c.Name]
		if m == nil {
			return true // it has joined just now
		}
		if known, until := m.knows(namespace); !known && now.Before(until.Add(w.keepFor)) {
			return true
		}
	}
	return false
}

// names are those of the members, in order.
func (w *world) names() []federation.ClusterName { return slices.Sorted(maps.Keys(w.members)) }
