package propagation

import (
	"context"

	"github.com/fedrail/fedrail/federation"
)

// Remains are what a declaration leaves behind that was let go of while clusters
// that may hold copies could not be reached. They prove that the copies are ours
// to remove: who the parent was, and that it is deleted.
type Remains struct {
	Key      Key
	Removal  Removal                  // how the copies are removed; Parent is the declaration's UID
	Clusters []federation.ClusterName // where copies may be left, in name order
}

// An Archive keeps [Remains] for as long as there are some, beyond the end of
// the process. It is of one type. Its methods are idempotent and may be called
// concurrently, though never for one parent at a time.
type Archive interface {
	// List returns all that is kept.
	List(ctx context.Context) ([]Remains, error)
	// Keep is called before the declaration is released. Remains of the same
	// parent are replaced.
	Keep(ctx context.Context, r Remains) error
	// Drop is called when no copy is left, or the clusters have left the
	// federation. What is not there is no error.
	Drop(ctx context.Context, r Remains) error
}
