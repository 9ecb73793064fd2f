package push

import (
	"strconv"
	"unique"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/internal/fields"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// record is what is kept of a copy.
type record struct {
	uid      types.UID
	version  uint64 // resourceVersion
	parent   types.UID
	hash     string // of what was last applied
	deleting bool   // it is marked for deletion
	told     bool   // we told it to go
	known    bool   // agreed is known: we applied it, not an earlier process
	again    string // the Holding's, at the Apply that made it known
	// owned are the fields we own now, agreed those that the API server said we
	// own when we applied last. They differ where admission changes what is
	// applied: such fields were never ours. Equal sets share their memory.
	owned, agreed unique.Handle[string]
	taken         []propagation.Taken // of agreed, and not in owned
	yielded       []propagation.Taken // of what was applied last: left to others
	status        map[string]any      // where it is collected
	vitals        *status.Vitals      // where somebody judges
}

// recordOf reads a copy's record.
func (s *records) recordOf(o metav1.Object) record {
	parent, hash := parseOrigin(o.GetAnnotations()[originAnnotation])
	r := record{
		uid: o.GetUID(), version: versionOf(o), parent: parent, hash: hash,
		deleting: o.GetDeletionTimestamp() != nil,
		owned:    unique.Make(fields.Owned(o.GetManagedFields(), s.options.FieldManager)),
		yielded:  parseYielded(o.GetAnnotations()[yieldedAnnotation]),
	}
	whole, isWhole := o.(*unstructured.Unstructured)
	if isWhole && s.options.Collection == Status {
		r.status, _, _ = unstructured.NestedMap(whole.Object, "status")
		dropNulls(r.status)
	}
	if isWhole && s.options.Judge != nil {
		vitals := s.options.Judge.Judge(whole)
		r.vitals = &vitals
	}
	return r
}

// dropNulls takes out of an object what is null in it: it says nothing, and a host
// that is told it does not keep it.
func dropNulls(object map[string]any) {
	for key, value := range object {
		switch v := value.(type) {
		case nil:
			delete(object, key)
		case map[string]any:
			dropNulls(v)
		case []any:
			for _, item := range v {
				if fields, is := item.(map[string]any); is {
					dropNulls(fields)
				}
			}
		}
	}
}

// fares is how the copy fares; zero when nobody judges.
func (r record) fares() status.Vitals {
	if r.vitals == nil {
		return status.Vitals{}
	}
	return *r.vitals
}

// versionOf is an object's resourceVersion, which grows with each write to
// objects of the type.
func versionOf(o metav1.Object) uint64 {
	version, _ := strconv.ParseUint(o.GetResourceVersion(), 10, 64)
	return version
}

// after completes a record with what was known of the same copy before.
func (r record) after(before record, o metav1.Object) record {
	if before.uid != r.uid {
		return r
	}
	r.told = before.told
	if !before.known {
		return r
	}
	r.known, r.agreed, r.again = true, before.agreed, before.again
	if r.owned == r.agreed {
		return r
	}
	r.taken = takenOf(fields.LostBetween(r.agreed.Value(), r.owned.Value(), o.GetManagedFields()))
	return r
}

// leaving says whether the copy is about to go.
func (r record) leaving() bool { return r.deleting || r.told }

// agree makes a record of the answer to an apply the measure of later ones.
func (r record) agree(again string) record {
	r.known, r.agreed, r.taken, r.again = true, r.owned, nil, again
	return r
}
