// Package rollout decides which clusters a change of an object may reach now,
// so that a bad one does not reach them all: so many clusters at a time, the
// next ones when those are healthy. It is pure: no client and no clock, and
// equal requests give equal decisions.
//
// Only changes of copies that are there are held back. A cluster that holds no
// copy gets one at once, and one that should hold none loses it at once; neither
// counts against what the policy allows. A cluster that waits is left alone as
// it is: nothing is written to it, so drift is not corrected there either, until
// its turn comes.
//
// The caller keeps the [Progress] of each cluster from one decision to the next,
// and writes it down before it changes anything because of it. Then a caller
// that is killed at any moment goes on where it was.
package rollout

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/fedrail/fedrail/federation"
)

// Policy says how a change goes from cluster to cluster. The zero Policy changes
// one cluster at a time, by name, and stops at the first that fails.
type Policy struct {
	// MaxConcurrent is how many clusters may be changed and not yet be proven: a
	// number, or a percentage of the clusters that should hold the object,
	// rounded down. It is never less than 1; the zero value is 1.
	MaxConcurrent intstr.IntOrString
	// MinReady is how long a cluster has to be healthy until it is proven; 0 is
	// that to be healthy is enough.
	MinReady time.Duration
	// Deadline is how long a changed cluster may take to become healthy; then it
	// has failed. 0 is DefaultDeadline. A cluster that has failed and becomes
	// healthy after all has not failed any more.
	Deadline time.Duration
	// OnFailure says what a failed cluster means for those that wait; the zero
	// OnFailure is Stop.
	OnFailure OnFailure
	// Paused lets no further cluster be changed. What is under way goes on.
	Paused bool
	// Order is the groups in their order: a group begins when each cluster of
	// those before it is proven, has failed, or cannot be seen. A cluster belongs
	// to the first group that takes it. Those that none takes come last; without
	// any group that is all of them, by name.
	Order []Group
}

// DefaultDeadline is how long a cluster may take when the policy does not say.
const DefaultDeadline = 10 * time.Minute

// Group is clusters by name, in the order of the names, or by their labels, in
// the order of their names. One that says neither takes no cluster.
type Group struct {
	Clusters []federation.ClusterName
	Selector *metav1.LabelSelector
}

// OnFailure is what happens when a changed cluster does not become healthy in
// time.
type OnFailure string

// What may happen then.
const (
	Stop     OnFailure = "Stop"     // no further cluster is changed
	Continue OnFailure = "Continue" // it counts no more, and others take its place
)

// Validate says what is wrong with a policy, by the names of its fields in a
// manifest, and how to mend it. Nil is nothing.
func (p Policy) Validate() error {
	_, err := p.most(1)
	errs := []error{err}
	if p.MinReady < 0 {
		errs = append(errs, errors.New("minReadySeconds: want 0 or more"))
	}
	if p.Deadline < 0 {
		errs = append(errs, errors.New("deadlineSeconds: want 1 or more, or leave it out for the default"))
	}
	switch p.OnFailure {
	case "", Stop, Continue:
	default:
		errs = append(errs, fmt.Errorf("onFailure: want one of %q, not %q", []OnFailure{Stop, Continue}, p.OnFailure))
	}
	for i, g := range p.Order {
		errs = append(errs, g.validate(fmt.Sprintf("order[%d]", i)))
	}
	return errors.Join(errs...)
}

func (g Group) validate(field string) error {
	if len(g.Clusters) > 0 == (g.Selector != nil) {
		return fmt.Errorf("%s: want clusters or clusterSelector, and not both", field)
	}
	if _, err := metav1.LabelSelectorAsSelector(g.Selector); err != nil {
		return fmt.Errorf("%s.clusterSelector: %w", field, err)
	}
	return nil
}

// most is how many of that many clusters may be under way.
func (p Policy) most(all int) (int, error) {
	wrong := fmt.Errorf("maxConcurrent: want a number from 1, or a percentage such as \"25%%\", not %q", p.MaxConcurrent.String())
	if p.MaxConcurrent == (intstr.IntOrString{}) {
		return 1, nil
	}
	if p.MaxConcurrent.Type == intstr.Int {
		if p.MaxConcurrent.IntVal < 1 {
			return 1, wrong
		}
		return int(p.MaxConcurrent.IntVal), nil
	}
	digits, percentage := strings.CutSuffix(p.MaxConcurrent.StrVal, "%")
	share, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || !percentage || share < 1 || share > 100 {
		return 1, wrong
	}
	return max(1, all*int(share)/100), nil
}

func (p Policy) deadline() time.Duration {
	if p.Deadline > 0 {
		return p.Deadline
	}
	return DefaultDeadline
}

// place is the group of a cluster, and its place among those that the group
// names.
func (p Policy) place(c Cluster) (group, place int) {
	for i, g := range p.Order {
		for j, name := range g.Clusters {
			if name == c.Name {
				return i, j
			}
		}
		if s, err := metav1.LabelSelectorAsSelector(g.Selector); g.Selector != nil && err == nil && s.Matches(labels.Set(c.Labels)) {
			return i, 0
		}
	}
	return len(p.Order), 0
}
