package push

import (
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// records are the copies that a member holds, kept up to date by a watch and by
// the answers to our own writes. It is the store of a cache.Reflector.
type records struct {
	member  federation.ClusterName
	options Options
	changed func(propagation.Key) // called without the lock; the zero Key is all
	holders *holders              // what is in byKey is there too, until it is retired

	mu      sync.Mutex
	synced  bool // the copies have been listed
	retired bool // the member is no more, or is reached otherwise
	byKey   map[propagation.Key]record
	writing map[propagation.Key]bool   // a write of ours is under way
	left    map[propagation.Key]uint64 // went meanwhile, at that resourceVersion
	gone    map[propagation.Key]bool   // went without our asking
	doubt   map[propagation.Key]bool   // a write ended without an answer
}

var _ cache.ReflectorStore = (*records)(nil)

// newRecords are those of a member of a Propagator.
func newRecords(p *Propagator, member federation.ClusterName, changed func(propagation.Key)) *records {
	return &records{
		member: member, options: p.Options, changed: changed, holders: p.holders,
		byKey:   map[propagation.Key]record{},
		writing: map[propagation.Key]bool{},
		left:    map[propagation.Key]uint64{},
		gone:    map[propagation.Key]bool{},
		doubt:   map[propagation.Key]bool{},
	}
}

func (s *records) get(key propagation.Key) (record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, held := s.byKey[key]
	return r, held
}

func (s *records) isSynced() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.synced
}

// unsync forgets that the copies have been listed; what is known of them stays
// until they are listed again.
func (s *records) unsync() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.synced = false
}

// Add implements [cache.ReflectorStore].
func (s *records) Add(obj any) error { return s.Update(obj) }

// Update implements [cache.ReflectorStore]. The watch may be behind the answers
// to our own writes: what is older than they are is not taken over.
func (s *records) Update(obj any) error {
	o := obj.(metav1.Object)
	key := propagation.KeyOf(o)
	s.mu.Lock()
	before, held := s.byKey[key]
	now := s.recordOf(o).after(before, o)
	stale := held && now.version <= before.version
	if !stale {
		s.putLocked(key, now)
		delete(s.gone, key)
	}
	tell := !stale && !s.writing[key]
	s.mu.Unlock()
	if tell {
		s.changed(key)
	}
	return nil
}

// Delete implements [cache.ReflectorStore]. A copy whose label was taken off
// arrives here too. What went before the answer to a write of ours was read is
// remembered, lest the answer bring it back.
func (s *records) Delete(obj any) error {
	o := obj.(metav1.Object)
	key, version := propagation.KeyOf(o), versionOf(o)
	s.mu.Lock()
	before, held := s.byKey[key]
	ours := held && before.uid == o.GetUID() && version >= before.version
	if ours {
		s.dropLocked(key)
		if !before.leaving() {
			s.gone[key] = true
		}
	}
	if s.writing[key] {
		s.left[key] = version
	}
	s.mu.Unlock()
	if ours {
		s.changed(key)
	}
	return nil
}

// Replace implements [cache.ReflectorStore]: obj are all the copies there are.
func (s *records) Replace(objs []any, _ string) error {
	s.mu.Lock()
	all := make(map[propagation.Key]record, len(objs))
	var changed []propagation.Key
	for _, obj := range objs {
		o := obj.(metav1.Object)
		key := propagation.KeyOf(o)
		before, held := s.byKey[key]
		all[key] = s.recordOf(o).after(before, o)
		if !held || before.version != all[key].version || before.uid != all[key].uid {
			changed = append(changed, key)
		}
	}
	for key := range s.byKey {
		if _, still := all[key]; !still {
			changed = append(changed, key)
		}
	}
	first := !s.synced
	s.replaceLocked(all)
	s.synced = true
	s.mu.Unlock()
	for _, key := range changed {
		s.changed(key)
	}
	if first {
		s.changed(propagation.Key{})
	}
	return nil
}

// Resync implements [cache.ReflectorStore]; there is nothing to do.
func (s *records) Resync() error { return nil }

// trust makes the fields that we own now the measure of later ones, for a copy
// that an earlier process applied and that was found to be as it should.
func (s *records) trust(key propagation.Key, found record, again string) {
	if found.known {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now, held := s.byKey[key]; held && now.version == found.version {
		s.byKey[key] = now.agree(again)
	}
}

// begin notes that a write of ours is under way, so that its own event wakes
// nobody.
func (s *records) begin(key propagation.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writing[key] = true
}

// applied takes over the answer to an apply. When the watch has brought
// something newer meanwhile, that stays, and is told.
func (s *records) applied(key propagation.Key, o metav1.Object, again string) record {
	answer := s.recordOf(o).agree(again)
	s.mu.Lock()
	seen, held := s.byKey[key]
	newer, left := held && seen.version > answer.version, s.left[key] > answer.version
	switch {
	case left && !held:
		s.gone[key] = true
	case newer && seen.uid == answer.uid:
		seen.known, seen.agreed, seen.again = true, answer.agreed, again
		s.byKey[key] = seen
	case !newer:
		s.putLocked(key, answer)
		delete(s.gone, key)
	}
	delete(s.doubt, key)
	s.mu.Unlock()
	if newer || left {
		s.changed(key)
	}
	return answer
}

// end notes that the write is over; unanswered says that nobody knows whether
// it was carried out.
func (s *records) end(key propagation.Key, unanswered error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.writing, key)
	delete(s.left, key)
	if unanswered != nil {
		s.doubt[key] = true
	}
}

func (s *records) doubted(key propagation.Key) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.doubt[key]
}

// found takes over what a read said about a copy in doubt; nil is that there is
// none.
func (s *records) found(key propagation.Key, o metav1.Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.doubt, key)
	if o == nil {
		s.dropLocked(key)
		return
	}
	if o.GetLabels()[propagation.ManagedLabel] == "true" {
		s.putLocked(key, s.recordOf(o).after(s.byKey[key], o))
	}
}

// tellToGo notes that the copy with that UID is told to go.
func (s *records) tellToGo(key propagation.Key, uid types.UID) { s.mark(key, uid, true) }

// stays notes that it was told so in vain.
func (s *records) stays(key propagation.Key, uid types.UID) { s.mark(key, uid, false) }

func (s *records) mark(key propagation.Key, uid types.UID, told bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now, held := s.byKey[key]; held && now.uid == uid {
		now.told = told
		s.byKey[key] = now
	}
}

// wentUnasked says whether the copy went without our asking, and not since it
// was last applied.
func (s *records) wentUnasked(key propagation.Key) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone[key]
}
