package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// arrivals are the changes that members were seen to hold. A member that holds a
// later change of an object holds the earlier ones as well.
type arrivals struct {
	began   time.Time
	every   time.Duration
	objects int
	next    []map[int]int // by member and object: the first change that was not seen there
	open    []int         // by change: in how many members it was not seen
	took    []time.Duration
	last    time.Time // when the last of them arrived
	arrived atomic.Int64
}

func newArrivals(c changes, began time.Time) *arrivals {
	a := &arrivals{
		began: began, every: c.every, objects: len(c.names),
		next: make([]map[int]int, len(c.members)), open: make([]int, c.total), took: make([]time.Duration, 0, c.total),
	}
	for n := range a.open {
		a.open[n] = len(c.members)
	}
	for m := range a.next {
		a.next[m] = map[int]int{}
	}
	return a
}

// collect takes in what is seen until everything has arrived.
func (a *arrivals) collect(ctx context.Context, sights <-chan sight) error {
	limit := time.After(a.every*time.Duration(len(a.open)) + patience)
	for len(a.took) < len(a.open) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-limit:
			return fmt.Errorf("not all changes arrived within %v: %s", patience, a.far())
		case s := <-sights:
			a.see(s)
		}
	}
	return nil
}

// see takes in one.
func (a *arrivals) see(s sight) {
	object := s.change % a.objects
	n, known := a.next[s.member][object]
	if !known {
		n = object
	}
	for ; n <= s.change; n += a.objects {
		if a.open[n]--; a.open[n] == 0 {
			a.took = append(a.took, s.at.Sub(a.due(n)))
			a.arrived.Add(1)
			a.last = s.at
		}
	}
	a.next[s.member][object] = n
}

// due is when a change was to be made.
func (a *arrivals) due(n int) time.Time { return a.began.Add(time.Duration(n) * a.every) }

// far is for people; it may be called from any goroutine.
func (a *arrivals) far() string {
	return fmt.Sprintf("%d of %d arrived", a.arrived.Load(), len(a.open))
}
