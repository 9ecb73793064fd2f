// Package propagationtest checks what implements the interfaces of package
// propagation: [Test] is the contract of propagation.Propagator as a test suite.
package propagationtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// Subject is a Propagator under test, and a look at one of its members that
// does not go through it.
type Subject struct {
	Propagator propagation.Propagator
	// Cluster is a member that is ready. If the Propagator is an Observer, it is
	// not observing yet: the suite starts that.
	Cluster federation.ClusterName
	// Object makes an object of that name that the member accepts, without the
	// managed label. Objects of different names differ in nothing else.
	Object func(name string) *unstructured.Unstructured
	// Change makes the object differ in a field that it sets.
	Change func(*unstructured.Unstructured)
	// Live reads the member; nil when the object is not there.
	Live func(propagation.Key) *unstructured.Unstructured
	// Delete deletes in the member, behind the Propagator's back; what is not
	// there is no error.
	Delete func(propagation.Key)
}

// patience is how long a member may take to do what it was told.
const patience = 15 * time.Second

// Test checks every sentence of the contract of propagation.Propagator, and of
// propagation.Observer where it is one. It calls fresh for each of its cases;
// the members may be shared between them.
func Test(t *testing.T, fresh func(t *testing.T) Subject) {
	cases := []struct {
		claim string
		check func(*suite)
	}{
		{"Apply makes the cluster hold the object", (*suite).applies},
		{"Apply of what is there already changes nothing", (*suite).appliesOnce},
		{"Apply of a changed object changes it", (*suite).changes},
		{"Apply with another Again applies what is there already, once", (*suite).appliesAgain},
		{"arguments are not modified", (*suite).leavesArguments},
		{"Remove of what is not there is Absent", (*suite).removesNothing},
		{"Remove makes the cluster not hold the object", (*suite).removes},
		{"Remove leaves alone what has another parent", (*suite).sparesOthers},
		{"Remove with Orphan leaves the object, unlabelled", (*suite).orphans},
		{"methods are safe for concurrent use", (*suite).concurrent},
		{"methods return soon after ctx ends", (*suite).cancelled},
		{"an Observer tells of a copy that somebody else deleted", (*suite).observes},
		{"an Observer knows the holders", (*suite).holders},
		{"a Viewer knows which version is held", (*suite).views},
	}
	for i, c := range cases {
		t.Run(c.claim, func(t *testing.T) { c.check(start(t, fresh(t), i)) })
	}
}

type suite struct {
	*testing.T
	Subject
	prefix string

	mu      sync.Mutex
	changed map[propagation.Key]int
}

// start has an Observer observe until the test ends, and waits until the member
// takes writes.
func start(t *testing.T, subject Subject, number int) *suite {
	s := &suite{T: t, Subject: subject, prefix: fmt.Sprintf("case%d", number), changed: map[propagation.Key]int{}}
	if o, ok := subject.Propagator.(propagation.Observer); ok {
		ctx, stop := context.WithCancel(context.Background())
		var observing sync.WaitGroup
		observing.Go(func() {
			if err := o.Observe(ctx, s.note); err != nil {
				t.Errorf("Observe: %v", err)
			}
		})
		t.Cleanup(func() { stop(); observing.Wait() })
	}
	require.Eventually(t, func() bool {
		_, err := s.Propagator.Remove(t.Context(), s.Cluster, propagation.KeyOf(s.Object("nobody")), propagation.Removal{Parent: "nobody"})
		return err == nil
	}, patience, 20*time.Millisecond, "the member never took a write")
	return s
}

func (s *suite) note(c propagation.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed[c.Key]++
}

func (s *suite) told(key propagation.Key) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed[key]
}

// toldSoon says whether there is news of a copy within some seconds.
func (s *suite) toldSoon(key propagation.Key, before int) bool {
	for range 100 {
		if s.told(key) > before {
			return true
		}
		<-time.After(20 * time.Millisecond)
	}
	return false
}

// object is one of this case's own, labelled as the Controller does.
func (s *suite) object() *unstructured.Unstructured {
	o := s.Object(s.prefix)
	labels := o.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[propagation.ManagedLabel] = "true"
	o.SetLabels(labels)
	return o
}

func (s *suite) apply(o *unstructured.Unstructured) propagation.Action {
	out, err := s.hold(o)
	require.NoError(s, err)
	return out.Action
}

// hold applies. A Propagator may have to wait for its member, and says so: then it
// is asked again, until patience ends.
func (s *suite) hold(o *unstructured.Unstructured) (propagation.Outcome, error) {
	return s.holdAs(o, propagation.Holding{Parent: "parent"})
}

func (s *suite) holdAs(o *unstructured.Unstructured, how propagation.Holding) (propagation.Outcome, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(patience); ; {
		out, err := s.Propagator.Apply(s.Context(), s.Cluster, o, how)
		problem, explains := errors.AsType[*propagation.Problem](err)
		if !explains || problem.Retry != propagation.RetryOnChange {
			return out, err
		}
		select {
		case <-late:
			return out, err
		case <-tick.C:
		}
	}
}

// remove asks until the object is seen to be gone.
func (s *suite) remove(key propagation.Key, how propagation.Removal) {
	require.Eventually(s, func() bool {
		out, err := s.Propagator.Remove(s.Context(), s.Cluster, key, how)
		return err == nil && out.Action == propagation.Absent
	}, patience, 20*time.Millisecond, "never Absent")
}

func (s *suite) applies() {
	o := s.object()
	require.Equal(s, propagation.Applied, s.apply(o))
	require.NotNil(s, s.Live(propagation.KeyOf(o)))
}

func (s *suite) appliesOnce() {
	o := s.object()
	s.apply(o)
	version := s.Live(propagation.KeyOf(o)).GetResourceVersion()
	require.Equal(s, propagation.Unchanged, s.apply(o))
	require.Equal(s, version, s.Live(propagation.KeyOf(o)).GetResourceVersion())
}

func (s *suite) changes() {
	o := s.object()
	s.apply(o)
	before := s.Live(propagation.KeyOf(o))
	changed := o.DeepCopy()
	s.Change(changed)
	require.Equal(s, propagation.Applied, s.apply(changed))
	require.NotEqual(s, before.Object, s.Live(propagation.KeyOf(o)).Object)
}

func (s *suite) appliesAgain() {
	o := s.object()
	s.apply(o)
	for _, step := range []struct {
		again string
		want  propagation.Action
	}{{"1", propagation.Applied}, {"1", propagation.Unchanged}, {"", propagation.Unchanged}, {"2", propagation.Applied}} {
		out, err := s.holdAs(o, propagation.Holding{Parent: "parent", Again: step.again})
		require.NoError(s, err)
		require.Equal(s, step.want, out.Action, "Again is %q", step.again)
	}
}

func (s *suite) leavesArguments() {
	o := s.object()
	before := o.DeepCopy()
	s.apply(o)
	require.Equal(s, before, o)
}

func (s *suite) removesNothing() {
	out, err := s.Propagator.Remove(s.Context(), s.Cluster, propagation.KeyOf(s.object()), propagation.Removal{Parent: "parent"})
	require.NoError(s, err)
	require.Equal(s, propagation.Absent, out.Action)
}

func (s *suite) removes() {
	o := s.object()
	s.apply(o)
	s.remove(propagation.KeyOf(o), propagation.Removal{Parent: "parent"})
	require.Nil(s, s.Live(propagation.KeyOf(o)))
}

func (s *suite) sparesOthers() {
	o := s.object()
	s.apply(o)
	s.remove(propagation.KeyOf(o), propagation.Removal{Parent: "another"})
	require.NotNil(s, s.Live(propagation.KeyOf(o)))
}

func (s *suite) orphans() {
	o := s.object()
	s.apply(o)
	s.remove(propagation.KeyOf(o), propagation.Removal{Parent: "parent", Orphan: true})
	left := s.Live(propagation.KeyOf(o))
	require.NotNil(s, left)
	require.NotContains(s, left.GetLabels(), propagation.ManagedLabel)
}

func (s *suite) concurrent() {
	var all sync.WaitGroup
	for i := range 20 {
		o := s.object()
		o.SetName(fmt.Sprintf("%s-%d", s.prefix, i))
		all.Go(func() {
			if _, err := s.hold(o); err != nil {
				s.Errorf("apply: %v", err)
			}
		})
	}
	all.Wait()
	for i := range 20 {
		key := propagation.KeyOf(s.object())
		key.Name = fmt.Sprintf("%s-%d", s.prefix, i)
		require.NotNil(s, s.Live(key))
	}
}

func (s *suite) cancelled() {
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = s.Propagator.Apply(ctx, s.Cluster, s.object(), propagation.Holding{Parent: "parent"})
		_, _ = s.Propagator.Remove(ctx, s.Cluster, propagation.KeyOf(s.object()), propagation.Removal{Parent: "parent"})
	}()
	select {
	case <-done:
	case <-time.After(patience):
		s.Fatal("still waiting although ctx has ended")
	}
}

func (s *suite) observer() propagation.Observer {
	o, ok := s.Propagator.(propagation.Observer)
	if !ok {
		s.Skip("not an Observer")
	}
	return o
}

func (s *suite) observes() {
	s.observer()
	o := s.object()
	key := propagation.KeyOf(o)
	s.apply(o)
	before := s.told(key)
	require.Eventually(s, func() bool {
		s.apply(o) // it may be that nobody was observing yet
		s.Delete(key)
		return s.toldSoon(key, before)
	}, patience, 20*time.Millisecond)
	require.Eventually(s, func() bool { return s.apply(o) == propagation.Applied && s.Live(key) != nil }, patience, 20*time.Millisecond)
}

func (s *suite) holders() {
	observer := s.observer()
	o := s.object()
	key := propagation.KeyOf(o)
	require.Empty(s, observer.Holders(key))
	s.apply(o)
	require.Equal(s, []federation.ClusterName{s.Cluster}, observer.Holders(key))
	s.remove(key, propagation.Removal{Parent: "parent"})
	require.Empty(s, observer.Holders(key))
}

func (s *suite) views() {
	viewer, sees := s.Propagator.(propagation.Viewer)
	if !sees {
		s.Skip("not a Viewer")
	}
	view := func(want *unstructured.Unstructured) (held, wanted bool) {
		before := want.DeepCopy()
		sight, err := viewer.View(s.Cluster, want, propagation.Holding{Parent: "parent"})
		require.NoError(s, err)
		require.Equal(s, before, want)
		return sight.Held, sight.Wanted
	}
	o := s.object()
	held, wanted := view(o)
	require.Equal(s, []bool{false, false}, []bool{held, wanted}, "before it is there")
	s.apply(o)
	held, wanted = view(o)
	require.Equal(s, []bool{true, true}, []bool{held, wanted}, "when it is there")
	s.Change(o)
	held, wanted = view(o)
	require.Equal(s, []bool{true, false}, []bool{held, wanted}, "when another version is there")
	s.remove(propagation.KeyOf(o), propagation.Removal{Parent: "parent"})
	held, wanted = view(o)
	require.Equal(s, []bool{false, false}, []bool{held, wanted}, "when it is gone")
}
