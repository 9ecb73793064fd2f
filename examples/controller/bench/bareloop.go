package main

import (
	"context"
	"fmt"
	"sync/atomic"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/metadata"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/budget"
)

// workers are how many requests are under way at a time: to each member, and for
// each of the two writes to the host.
const workers = 8

// bareLoop sends what the request budget says and does nothing else. It watches
// nothing, compares nothing, and knows everything before the clock starts: what
// to write, and the names, UIDs and versions of all that is there. The requests
// are the controller's: the same verbs, paths, content types and credentials, and
// bodies of the same size.
type bareLoop struct {
	declarations
	members []bareMember
	counter *budget.Counter
	items   []*item
}

// bareMember is a member, with a connection of its own.
type bareMember struct {
	name   federation.ClusterName
	copies metadata.ResourceInterface
}

// item is one object on its way.
type item struct {
	object unstructured.Unstructured // on the host, as it was before the clock started
	copies []types.UID               // in each member
	open   atomic.Int64              // how many members have not answered
}

// away implements contestant: the loop does nothing until it is told to.
func (l *bareLoop) away(context.Context, phase) error { return nil }

// ready implements contestant.
func (l *bareLoop) ready(ctx context.Context, _ phase) error {
	objects, err := l.list(ctx)
	if err != nil {
		return err
	}
	l.items = make([]*item, len(objects))
	byName := map[string]*item{}
	for i, o := range objects {
		l.items[i] = &item{object: o, copies: make([]types.UID, len(l.members))}
		byName[o.GetName()] = l.items[i]
	}
	for m, member := range l.members {
		list, err := member.copies.List(ctx, metav1.ListOptions{})
		if err != nil {
			return fmt.Errorf("list the copies in %s: %w", member.name, err)
		}
		for _, held := range list.Items {
			if it := byName[held.Name]; it != nil {
				it.copies[m] = held.UID
			}
		}
	}
	return nil
}

// begin implements contestant. It returns when all has been answered.
func (l *bareLoop) begin(ctx context.Context, p phase) error {
	s := l.steps(p)
	first, last := newStage[*item](len(l.items)), newStage[*item](len(l.items))
	lanes := make([]*stage[*item], len(l.members))
	for m := range lanes {
		lanes[m] = newStage[*item](len(l.items))
	}
	jobs := times(workers, first.each(func(ctx context.Context, it *item) error {
		err := s.before(ctx, it)
		it.open.Store(int64(len(lanes)))
		for _, lane := range lanes {
			lane.put(it)
		}
		return err
	}))
	for m, lane := range lanes {
		jobs = append(jobs, times(workers, lane.each(func(ctx context.Context, it *item) error {
			err := s.there(ctx, m, it)
			if it.open.Add(-1) == 0 {
				last.put(it)
			}
			return err
		}))...)
	}
	jobs = append(jobs, times(workers, last.each(s.after))...)
	for _, it := range l.items {
		first.put(it)
	}
	return together(ctx, jobs...)
}

// rest implements contestant.
func (l *bareLoop) rest(context.Context) error { return nil }

// steps are the requests for one object: before those to the members, to each
// member, and after those.
type steps struct {
	before, after func(context.Context, *item) error
	there         func(ctx context.Context, member int, it *item) error
}

func (l *bareLoop) steps(p phase) steps {
	nothing := func(context.Context, *item) error { return nil }
	switch p {
	case creating:
		return steps{before: l.hold, there: l.apply(p), after: l.report}
	case updating:
		return steps{before: nothing, there: l.apply(p), after: l.report}
	default:
		return steps{before: nothing, there: l.remove, after: l.release}
	}
}
