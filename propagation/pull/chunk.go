package pull

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// The most that a bundle ever holds: etcd takes 1.5 MiB, and the answers want
// room too.
const (
	maxBytes   = 1 << 20 // of one object; many together are much less
	maxObjects = 1000
)

// member is what is known of one member's bundles.
type member struct {
	name    federation.ClusterName
	chunks  map[string]*chunk
	objects map[propagation.Key]*object
	nowhere error // why there was no room for a bundle when one was last written; nil when there was
}

// chunk is one bundle, as it is on the host or will be soon.
type chunk struct {
	id   chunkID
	name string

	uid        types.UID // empty while it is not on the host
	generation int64     // of what we wrote there last
	seen       int64     // the newest generation that was seen there
	sending    bool
	lost       bool // it was seen to go while it was sent

	objects map[propagation.Key]*object
	size    int
	changes int       // how often it was to be written
	written int       // which of them are
	after   []*chunk  // to be written before, since an object moved there
	sent    time.Time // when it was last written
	failure error     // of the last write
}

// chunkID names a chunk.
type chunkID struct {
	cluster federation.ClusterName
	name    string
}

func (p *Propagator) memberLocked(name federation.ClusterName) *member {
	m := p.members[name]
	if m == nil {
		m = &member{name: name, chunks: map[string]*chunk{}, objects: map[propagation.Key]*object{}}
		p.members[name] = m
	}
	return m
}

func (m *member) newChunk(name string) *chunk {
	c := &chunk{id: chunkID{m.name, name}, name: name, objects: map[propagation.Key]*object{}, failure: m.nowhere}
	m.chunks[name] = c
	return c
}

// askLocked has the member's bundles ask for e.
func (p *Propagator) askLocked(m *member, e entry) *object {
	o := m.objects[e.key]
	switch {
	case o == nil:
		o = &object{}
		m.objects[e.key] = o
		p.roomLocked(m, e).take(o, e)
	case o.chunk.size-o.entry.size()+e.size() > max(3*p.ChunkBytes, e.size()):
		left := o.chunk
		left.release(o)
		p.roomLocked(m, e).take(o, e)
		left.after = append(left.after, o.chunk) // an agent is not to see it named nowhere
		p.touchLocked(left)
	default:
		c := o.chunk
		c.release(o)
		c.take(o, e)
	}
	o.fresh, o.told = true, 0
	p.touchLocked(o.chunk)
	return o
}

// roomLocked is a chunk with room for e: the first by number, or a new one. None
// that waits for another is, lest they wait for each other.
func (p *Propagator) roomLocked(m *member, e entry) *chunk {
	for number := 0; ; number++ {
		name := bundleName(p.Type, number)
		c := m.chunks[name]
		switch {
		case c == nil:
			return m.newChunk(name)
		case len(c.after) > 0:
		case len(c.objects) == 0, len(c.objects) < p.ChunkObjects && c.size+e.size() <= p.ChunkBytes:
			return c
		}
	}
}

func (c *chunk) take(o *object, e entry) {
	o.chunk, o.entry = c, e
	c.objects[e.key] = o
	c.size += e.size()
}

func (c *chunk) release(o *object) {
	delete(c.objects, o.entry.key)
	c.size -= o.entry.size()
}

// touchLocked has a chunk written soon.
func (p *Propagator) touchLocked(c *chunk) {
	c.changes++
	p.queue.AddAfter(c.id, p.Gather)
}

// forgetLocked takes an object out of its bundle.
func (p *Propagator) forgetLocked(m *member, o *object) {
	o.chunk.release(o)
	delete(m.objects, o.entry.key)
	p.touchLocked(o.chunk)
}

// isWritten says whether the host has all of the chunk.
func (c *chunk) isWritten() bool { return c.changes == c.written }

// bodies are the chunk's entries, encoded, in the order of their keys.
func (c *chunk) bodies() []json.RawMessage {
	bodies := make([]json.RawMessage, 0, len(c.objects))
	for _, key := range slices.SortedFunc(maps.Keys(c.objects), byKey) {
		bodies = append(bodies, json.RawMessage(c.objects[key].entry.body.Value()))
	}
	return bodies
}
