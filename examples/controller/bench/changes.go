package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/metadata"

	"github.com/fedrail/fedrail/internal/controlplane"
)

const (
	// changeMark is the annotation on template and copy that says which change it
	// is of.
	changeMark = "fedrail.io/bench-change"
	// changers are how many changes may be on their way to the host at a time.
	changers = 16
)

// changes are changes of templates at a steady rate, whether or not those before
// have arrived. The n-th is of the n-th object; after the last comes the first
// again.
type changes struct {
	declarations
	every   time.Duration // between two
	total   int
	members []*controlplane.Server
}

// changed is how a stream of changes went.
type changed struct {
	took []time.Duration // from when each was due to when the last member held it
	rate float64         // of arrivals, a second, over all of the time
}

// run makes all changes, and waits until all are in all members.
func (c changes) run(ctx context.Context, tell *progress) (changed, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	sights := make(chan sight, 4*c.total)
	for i, m := range c.members {
		if err := c.follow(ctx, i, m, sights); err != nil {
			return changed{}, fmt.Errorf("watch %s: %w", m.Cluster(), err)
		}
	}
	began := time.Now()
	a := newArrivals(c, began)
	tell.during("changing", a.far)
	todo := newStage[int](c.total)
	jobs := append(times(changers, todo.each(c.make)),
		func(ctx context.Context) error { return c.pace(ctx, began, todo) },
		func(ctx context.Context) error { return a.collect(ctx, sights) })
	if err := together(ctx, jobs...); err != nil {
		return changed{}, err
	}
	return changed{took: a.took, rate: float64(c.total) / a.last.Sub(began).Seconds()}, nil
}

// pace puts each change to the others when it is due.
func (c changes) pace(ctx context.Context, began time.Time, todo *stage[int]) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for n := range c.total {
		timer.Reset(time.Until(began.Add(time.Duration(n) * c.every)))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			todo.put(n)
		}
	}
	return nil
}

// make is one change.
func (c changes) make(ctx context.Context, n int) error {
	body, err := json.Marshal(map[string]any{"spec": map[string]any{"template": map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{changeMark: strconv.Itoa(n)}},
	}}})
	if err != nil {
		return err
	}
	_, err = c.host.Patch(ctx, c.names[n%len(c.names)], types.MergePatchType, body, metav1.PatchOptions{})
	return err
}

// sight is that a member holds a change.
type sight struct {
	member int
	change int
	at     time.Time
}

// follow tells of each change that is seen in a member, until ctx ends.
func (c changes) follow(ctx context.Context, member int, m *controlplane.Server, sights chan<- sight) error {
	client, err := metadata.NewForConfig(m.Config())
	if err != nil {
		return err
	}
	events, err := client.Resource(configMaps().GroupVersionResource()).Namespace(c.namespace).Watch(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	go func() {
		defer events.Stop()
		for e := range events.ResultChan() {
			o, isObject := e.Object.(metav1.Object)
			if !isObject || e.Type != watch.Modified {
				continue
			}
			n, err := strconv.Atoi(o.GetAnnotations()[changeMark])
			if err != nil {
				continue // it was not changed yet
			}
			select {
			case <-ctx.Done():
				return
			case sights <- sight{member, n, time.Now()}:
			}
		}
	}()
	return nil
}
