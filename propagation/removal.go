package propagation

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Removal says which copy is removed, and how.
type Removal struct {
	// Parent is the UID recorded on the copy; a copy of another parent is not
	// ours to remove. The Controller fills it in.
	Parent types.UID
	// Former is whose the copies may be that the intent takes the place of: they
	// are removed as its own. Empty is nobody.
	Former types.UID
	// Orphan leaves the object in the member, but not as a copy of ours: our
	// label and record are taken off.
	Orphan bool
	// Spare is the UID of an object that is always orphaned, never deleted: the
	// host's own namespace, where the host is a member too. Empty is none.
	Spare types.UID
	// Grace and Policy are the delete options; nil is the type's own grace, and
	// deletion of dependents in the background.
	Grace  *int64
	Policy *metav1.DeletionPropagation
}

// Owns says whether a copy with that parent may be removed.
func (r Removal) Owns(parent types.UID) bool {
	return parent == r.Parent || r.Former != "" && parent == r.Former
}
