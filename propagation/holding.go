package propagation

import (
	"k8s.io/apimachinery/pkg/types"
)

// Holding says whose copy a copy is, and what gives way where somebody else
// writes fields of it.
type Holding struct {
	// Parent is the UID recorded on the copy. The Controller fills it in.
	Parent types.UID
	// Adopt is the UID of an object that may become a copy even where nothing is
	// adopted: the host's own namespace, where the host is a member too. Empty is
	// none.
	Adopt types.UID
	// Again has the copy written although it is believed to be as it should, when it is
	// another text than the last one of an Apply that went well in this process. The
	// empty text asks for nothing, and does not count. The Controller fills it in.
	Again string
	// Conflict says what happens to a field that somebody else took; the zero
	// Conflict is Overwrite.
	Conflict Conflict
	// Retain are fields that are the member's once it holds a copy: the template
	// only says how they begin.
	Retain []FieldPath
	// Immutable says what happens when the member refuses a change because a
	// field of it cannot change; the zero Immutable is Refuse.
	Immutable Immutable
}

// Conflict is what happens to a field of ours that somebody else took.
type Conflict string

// The conflict policies.
const (
	Overwrite Conflict = "Overwrite" // it is taken back
	Yield     Conflict = "Yield"     // it stays theirs, until the template leaves it out
	Report    Conflict = "Report"    // nothing is written until that is settled
)

// Immutable is what happens when a change is refused because a field of the
// copy cannot change.
type Immutable string

// What may happen then.
const (
	Refuse   Immutable = "Refuse"   // the copy stays as it is, and the status says why
	Recreate Immutable = "Recreate" // the copy is deleted and created anew
)

// FieldPath names a field of an object, in the words of status, events and
// managedFields: ".spec.replicas", ".metadata.labels.example.com/team",
// `.spec.template.spec.containers[name="web"].resources`. An item of a list is
// named by some of its fields, "[*]" is every item.
type FieldPath string
