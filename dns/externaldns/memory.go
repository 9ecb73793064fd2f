package externaldns

import (
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// memory is what was written, until it is seen. The zero memory is empty and ready
// for use; it is safe for concurrent use.
type memory struct {
	mu        sync.Mutex
	records   map[types.UID]string // by record, the version that was written over
	endpoints map[string]overwritten
}

// overwritten is which version of a DNSEndpoint was written over, and when; empty is
// that there was none.
type overwritten struct {
	version string
	at      time.Time
}

// seenPatience is how long to wait until a DNSEndpoint that was written is seen. One
// that somebody deletes at once is never seen.
const seenPatience = 5 * time.Second

// wrote notes which version of a record was written over. Each write replaces
// exactly the version that it was made from.
func (m *memory) wrote(o metav1.Object) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.records == nil {
		m.records = map[types.UID]string{}
	}
	m.records[o.GetUID()] = o.GetResourceVersion()
}

// isBehind says of a record that what was written last is not seen yet.
func (m *memory) isBehind(o metav1.Object) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	version, written := m.records[o.GetUID()]
	if written && version != o.GetResourceVersion() {
		delete(m.records, o.GetUID())
	}
	return written && version == o.GetResourceVersion()
}

// wroteEndpoint notes which version of a DNSEndpoint was written over.
func (m *memory) wroteEndpoint(key, version string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.endpoints == nil {
		m.endpoints = map[string]overwritten{}
	}
	m.endpoints[key] = overwritten{version: version, at: time.Now()}
}

// isEndpointBehind says of a DNSEndpoint, by the version that is seen, that what was
// written last is not seen yet.
func (m *memory) isEndpointBehind(key, version string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	last, written := m.endpoints[key]
	if !written {
		return false
	}
	if behind := last.version == version && time.Since(last.at) < seenPatience; behind {
		return true
	}
	delete(m.endpoints, key)
	return false
}

// forgetEndpoint forgets a DNSEndpoint that is not wanted any more.
func (m *memory) forgetEndpoint(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.endpoints, key)
}
