package clusterset

import (
	"time"

	"github.com/fedrail/fedrail/propagation"
)

// scene is all that is known of a service, and the change that it has to be decided
// on for; false when nothing is to be decided.
func (w *world) scene(service propagation.Key) (s scene, change uint64, pending bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change = w.services[service.Namespace][service]
	if change == 0 || !w.begun {
		return scene{}, 0, false
	}
	s = scene{federation: w.federation, key: service}
	for _, name := range w.names() {
		s.members = append(s.members, w.sighting(w.members[name], service))
	}
	return s, change, true
}

// sighting is what was seen of a service in a member. What has to be watched for that
// and is not, will be.
func (w *world) sighting(m *member, service propagation.Key) sighting {
	seen := sighting{cluster: m.Name, export: one(m.exports, service), held: one(m.imports, service)}
	there := m.has(service.Namespace)
	if m.isKnown() && (there || seen.export != nil) && w.want(m, service.Namespace, seen.exports()) {
		w.again()
	}
	known, since := m.knows(service.Namespace)
	if seen.known = known; !known || !m.Ready {
		seen.until = since.Add(w.keepFor)
	}
	seen.imports = known && there && m.imports.sight == served
	if s := m.spaces[service.Namespace]; s != nil {
		seen.service = one(s.services, service)
		seen.derived = one(s.services, propagation.Key{Namespace: service.Namespace, Name: DerivedName(service.Name)})
		if seen.derived != nil && seen.derived.Labels[FederationLabel] != w.federation {
			seen.derived = nil
		}
		if s.slices != nil {
			seen.slices = s.slices.about(service)
		}
	}
	return seen
}

// one is an object of a shelf, or nil.
func one[T object](s *shelf[T], key propagation.Key) T { return s.objects[key] }

// isKnown says whether it was seen which services the member exports and imports, and
// which namespaces it has.
func (m *member) isKnown() bool {
	return m.exports.known && m.imports.known && m.namespaces.known
}

// has says whether the member has a namespace that is to stay.
func (m *member) has(namespace string) bool {
	return m.namespaces.objects[propagation.Key{Name: namespace}] != nil
}

// want has a namespace watched, and the endpoints in it as well where a service is
// exported. It says whether that is news.
func (w *world) want(m *member, namespace string, exports bool) (news bool) {
	s := m.spaces[namespace]
	if s == nil {
		s = &space{services: newShelf(w, w.serviceKind(namespace))}
		m.spaces[namespace], news = s, true
	}
	if exports && s.slices == nil {
		s.slices, news = newShelf(w, w.sliceKind(namespace)), true
	}
	return news
}

// knows says whether all that matters was seen in a namespace of the member, and
// since when the member is as it is, or is being looked at.
func (m *member) knows(namespace string) (known bool, from time.Time) {
	known, from = m.isKnown(), m.since
	s := m.spaces[namespace]
	if s == nil {
		return known, from
	}
	for _, shelf := range s.shelves() {
		if !shelf.isKnown() {
			known, from = false, latest(from, shelf.start())
		}
	}
	return known, from
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
