// Package federationtest holds the contract of [federation.Registry] as a test
// suite, for everybody who writes one.
package federationtest

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
)

// Patience is how long the suite waits for a registry to learn of a change.
const Patience = 30 * time.Second

// Fixture is a registry and the source that it learns its members from: a list
// in memory, a file, an API server. Its functions change the source and fail the
// test themselves if they cannot; the registry may learn of it later. The suite
// calls them from one goroutine.
type Fixture struct {
	// Registry does not know its members before Open is called.
	Registry federation.Registry
	// Open lets the registry learn its members: it starts it, or makes its
	// source readable. The suite calls it once, perhaps after Put.
	Open func()
	// Put makes a cluster of that name a member, ready or not.
	Put func(name federation.ClusterName)
	// Remove takes a member out.
	Remove func(name federation.ClusterName)
	// Relabel sets a member's labels; nil if members have none. Labels that the
	// registry adds itself do no harm.
	Relabel func(name federation.ClusterName, set labels.Set)
	// Taint sets a member's taints; nil if they do not change while the registry
	// runs. A time that the registry adds to a taint does no harm.
	Taint func(name federation.ClusterName, taints ...corev1.Taint)
	// Silence makes the source unreadable, or ends what reads it, for good; nil
	// if that cannot happen.
	Silence func()
}

// TestRegistry checks that registries keep the contract of [federation.Registry].
// It calls fresh for each test: the source has no clusters then, and what fresh
// starts ends with t.Cleanup. Run it with the race detector.
func TestRegistry(t *testing.T, fresh func(t *testing.T) Fixture) {
	for name, test := range map[string]func(*testing.T, Fixture){
		"before its members are known a registry is empty":      startsEmpty,
		"the first snapshot that is yielded has all members":    firstIsWhole,
		"a federation without members is known too":             knowsNone,
		"each change is yielded, and in the snapshot":           yieldsChanges,
		"changes of labels are yielded":                         yieldsLabels,
		"changes of taints are yielded":                         yieldsTaints,
		"a late watcher gets the newest snapshot at once":       lateWatcher,
		"a slow watcher skips to the newest, none out of order": slowWatcher,
		"a snapshot does not change":                            snapshotStays,
		"a watch ends with its context":                         watchEnds,
		"a watch can be left":                                   watchIsLeft,
		"without its source a registry keeps the last snapshot": keepsLast,
		"a registry is safe for concurrent use":                 concurrentUse,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}
