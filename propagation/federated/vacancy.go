package federated

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// Controllers are those that run now, by the name of their config; the map is the
// caller's own.
func (t *Types) Controllers() map[string]*propagation.Controller {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.carriers)
}

// noteCarrier remembers what carries a type; nil is nothing.
func (t *Types) noteCarrier(config string, c *propagation.Controller) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c == nil {
		delete(t.carriers, config)
		return
	}
	t.carriers[config] = c
}

// noteFollowed notes whether every loop that is wanted runs.
func (t *Types) noteFollowed(want map[string]version) {
	all := true
	for name := range want {
		all = all && t.loops[name] != nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.followed = all
}

// Left says which objects may have a copy in a cluster that is leaving (see
// federation.Cluster), as "type key". Copies of a type that is not carried are
// not counted, and stay. The error says why it is not known.
func (t *Types) Left(ctx context.Context, name federation.ClusterName) ([]string, error) {
	t.mu.Lock()
	carriers, followed := maps.Clone(t.carriers), t.followed
	t.mu.Unlock()
	if !followed {
		return nil, errors.New("not every type that is enabled is carried")
	}
	var left []string
	for _, config := range slices.Sorted(maps.Keys(carriers)) {
		keys, err := carriers[config].Left(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", config, err)
		}
		for _, key := range keys {
			left = append(left, config+" "+key.String())
		}
	}
	return left, nil
}
