package pull

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	parent types.UID
	hold   bool // else it is a removal
	body   unique.Handle[string]
}

func (e entry) size() int { return len(e.body.Value()) }

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
	return hashed(v1alpha1.Object{Namespace: want.GetNamespace(), Name: want.GetName(), Hold: hold})
}

// toRemove asks that there be no copy.
func toRemove(key propagation.Key, how propagation.Removal) (entry, error) {
	return hashed(v1alpha1.Object{Namespace: key.Namespace, Name: key.Name, Remove: &v1alpha1.Remove{
		Parent: how.Parent, Orphan: how.Orphan, Spare: how.Spare,
		GracePeriodSeconds: how.Grace, PropagationPolicy: how.Policy,
	}})
}

// hashed names what is asked by a digest of it.
func hashed(o v1alpha1.Object) (entry, error) {
	plain, err := json.Marshal(o)
	if err != nil {
		return entry{}, err
	}
	sum := sha256.Sum256(plain)
	o.Hash = hex.EncodeToString(sum[:12])
	return encoded(o)
}

func encoded(o v1alpha1.Object) (entry, error) {
	body, err := json.Marshal(o)
	e := entry{key: keyOf(o.Namespace, o.Name), hash: o.Hash, body: unique.Make(string(body)), hold: o.Hold != nil}
	switch {
	case o.Hold != nil:
		e.parent = o.Hold.Parent
	case o.Remove != nil:
		e.parent = o.Remove.Parent
	}
	return e, err
}

// holding is how an object is to be held.
func holding(h *v1alpha1.Hold) propagation.Holding {
	how := propagation.Holding{Parent: h.Parent, Adopt: h.Adopt, Conflict: propagation.Conflict(h.Conflict), Immutable: propagation.Immutable(h.Immutable)}
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
