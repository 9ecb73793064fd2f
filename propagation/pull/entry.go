package pull

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"unique"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
)

// entry is what a bundle says about one object, encoded. Entries that are equal
// for many members share their memory.
type entry struct {
	key    propagation.Key
	hash   string
	again  string // that it is to be written anew
	rest   bool   // it is to be left as it is
	parent types.UID
	hold   bool // else it is a removal
	body   unique.Handle[string]
}

func (e entry) size() int { return len(e.body.Value()) }

// version names what is to be held or removed, without how and when.
func (e entry) version() string {
	version, _, _ := strings.Cut(e.hash, ".")
	return version
}

// asks says whether what is asked is what somebody wants. That it was once to be
// written anew, or tried again, makes no difference.
func (e entry) asks(want entry) bool {
	return !e.rest && e.version() == want.version() && (want.again == "" || want.again == e.again)
}

// with is the entry with something else about how and when.
func (e entry) with(change func(*v1alpha1.Object)) (entry, error) {
	var o v1alpha1.Object
	if err := json.Unmarshal([]byte(e.body.Value()), &o); err != nil {
		return entry{}, err
	}
	change(&o)
	return hashed(o)
}

// toHold asks for an object.
func toHold(want *unstructured.Unstructured, how propagation.Holding) (entry, error) {
	raw, err := json.Marshal(want.Object)
	if err != nil {
		return entry{}, err
	}
	hold := &v1alpha1.Hold{
		Object: runtime.RawExtension{Raw: raw},
		Parent: how.Parent, Adopt: how.Adopt, Conflict: string(how.Conflict), Immutable: string(how.Immutable),
	}
	for _, path := range how.Retain {
		hold.Retain = append(hold.Retain, string(path))
	}
	return hashed(v1alpha1.Object{Namespace: want.GetNamespace(), Name: want.GetName(), Hold: hold, Again: digest([]byte(how.Again))})
}

// toRemove asks that there be no copy.
func toRemove(key propagation.Key, how propagation.Removal) (entry, error) {
	return hashed(v1alpha1.Object{Namespace: key.Namespace, Name: key.Name, Remove: &v1alpha1.Remove{
		Parent: how.Parent, Orphan: how.Orphan, Spare: how.Spare,
		GracePeriodSeconds: how.Grace, PropagationPolicy: how.Policy,
	}})
}

// hashed names what is asked by a digest of it, and by a second one of how and when,
// where there is something to say about that.
func hashed(o v1alpha1.Object) (entry, error) {
	plain, err := json.Marshal(v1alpha1.Object{Namespace: o.Namespace, Name: o.Name, Hold: o.Hold, Remove: o.Remove})
	if err != nil {
		return entry{}, err
	}
	o.Hash = digest(plain)
	if o.Rest || o.Again != "" || o.Retries > 0 {
		o.Hash += "." + digest(fmt.Appendf(nil, "%v %s %d", o.Rest, o.Again, o.Retries))
	}
	return encoded(o)
}

// digest is of nothing for nothing.
func digest(content []byte) string {
	if len(content) == 0 {
		return ""
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:12])
}

func encoded(o v1alpha1.Object) (entry, error) {
	body, err := json.Marshal(o)
	e := entry{key: keyOf(o.Namespace, o.Name), hash: o.Hash, again: o.Again, rest: o.Rest, body: unique.Make(string(body)), hold: o.Hold != nil}
	switch {
	case o.Hold != nil:
		e.parent = o.Hold.Parent
	case o.Remove != nil:
		e.parent = o.Remove.Parent
	}
	return e, err
}

// holding is how an object is to be held.
func holding(o v1alpha1.Object) propagation.Holding {
	h := o.Hold
	how := propagation.Holding{
		Parent: h.Parent, Adopt: h.Adopt, Again: o.Again,
		Conflict: propagation.Conflict(h.Conflict), Immutable: propagation.Immutable(h.Immutable),
	}
	for _, path := range h.Retain {
		how.Retain = append(how.Retain, propagation.FieldPath(path))
	}
	return how
}

// removal is how a copy is to be removed.
func removal(r *v1alpha1.Remove) propagation.Removal {
	return propagation.Removal{Parent: r.Parent, Orphan: r.Orphan, Spare: r.Spare, Grace: r.GracePeriodSeconds, Policy: r.PropagationPolicy}
}

func keyOf(namespace, name string) propagation.Key {
	return propagation.Key{Namespace: namespace, Name: name}
}
