package memory

import (
	"context"
	"maps"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/propagation"
)

// Archive is a propagation.Archive in memory: it outlives a Controller, but not
// the process. The zero Archive is ready for use, and safe for concurrent use.
type Archive struct {
	mu       sync.Mutex
	byParent map[types.UID]propagation.Remains
}

var _ propagation.Archive = (*Archive)(nil)

// List implements [propagation.Archive].
func (a *Archive) List(context.Context) ([]propagation.Remains, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Collect(maps.Values(a.byParent)), nil
}

// Keep implements [propagation.Archive].
func (a *Archive) Keep(_ context.Context, r propagation.Remains) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byParent == nil {
		a.byParent = map[types.UID]propagation.Remains{}
	}
	a.byParent[r.Removal.Parent] = r
	return nil
}

// Drop implements [propagation.Archive].
func (a *Archive) Drop(_ context.Context, r propagation.Remains) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.byParent, r.Removal.Parent)
	return nil
}
