package federated

import (
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// Look says how an object of a target type is in every cluster, from memory:
// neither the host nor a member is asked. It is false when nothing declares the
// object, or the type is not carried. It may be called at any time, concurrently.
func (t *Types) Look(target federation.Type, key propagation.Key) (propagation.Picture, bool) {
	t.mu.Lock()
	c := t.carriers[target.String()]
	t.mu.Unlock()
	if c == nil {
		return propagation.Picture{}, false
	}
	return c.Look(key)
}
