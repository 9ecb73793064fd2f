package scheduling

import (
	"context"
	"fmt"
)

// KubeFed plans as KubeFed did, to the last replica: shares are rounded up, in
// the order of the weights; minimums come before weights and outrank maximums;
// negative numbers are taken as they are, and can make a plan negative. Without
// Rebalance, fewer replicas empty whole clusters.
//
// It is for preferences that were written for KubeFed. For others see [Fair].
type KubeFed struct{}

var _ Planner = KubeFed{}

// Plan implements [Planner].
func (KubeFed) Plan(_ context.Context, req Request) (Plan, error) {
	if err := req.validateSizes(); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	seats := ranked(req)
	d := dealt(req, seats)
	if !req.Rebalance {
		alone := req
		alone.Rebalance = true
		d.explain(dealt(alone, seats))
	}
	return d.plan(req), nil
}

// dealt is the deal when all are given out that can be.
func dealt(req Request, seats []seat) *deal {
	d := &deal{left: req.Total, hands: make([]*hand, len(seats))}
	hands := make([]hand, len(seats))
	for i, s := range seats {
		hands[i].seat = s
		d.hands[i] = &hands[i]
	}
	d.minimums()
	if !req.Rebalance {
		d.running()
	}
	for playing := d.hands; d.left > 0 && len(playing) > 0; {
		moved := false
		playing, moved = d.round(playing)
		if !moved {
			break
		}
	}
	return d
}

// explain says of a cluster that has no more than it would have if nothing ran
// anywhere why it would have that.
func (d *deal) explain(alone *deal) {
	for i, h := range d.hands {
		fresh := alone.hands[i]
		if h.why == Kept && (h.held == fresh.held || h.held < fresh.held && fresh.why == ByWeight) {
			h.why = fresh.why
		}
	}
}

// deal gives replicas out.
type deal struct {
	left  int64   // to give
	hands []*hand // in rank order
}

// hand is what a cluster was given so far.
type hand struct {
	seat
	held     int64
	advance  int64 // of held, how many it got for they run there: its next shares are less by that
	overflow int64
	why      Why
}

// fits is n, or the capacity if that is less.
func (h *hand) fits(n int64) int64 {
	if h.Capacity != nil {
		return min(n, *h.Capacity)
	}
	return n
}

func (d *deal) minimums() {
	for _, h := range d.hands {
		h.held = h.fits(min(h.Want.Min, d.left))
		d.left -= h.held
		h.why = AtMinimum
	}
}

func (d *deal) running() {
	for _, h := range d.hands {
		keep := h.fits(h.Current)
		if h.Want.Max != nil {
			keep = min(keep, *h.Want.Max)
		}
		if h.Current > h.held {
			h.advance = max(min(keep-h.held, d.left), 0)
			h.held += h.advance
			d.left -= h.advance
			h.why = Kept
		}
	}
}

// round gives each its share of what is left, and returns those that can take
// more and whether anything changed.
func (d *deal) round(playing []*hand) (next []*hand, moved bool) {
	pot, weights := d.left, int64(0)
	for _, h := range playing {
		weights += h.Want.Weight
	}
	if weights <= 0 {
		return nil, false
	}
	next = make([]*hand, 0, len(playing))
	for _, h := range playing {
		due := min((pot*h.Want.Weight+weights-1)/weights, d.left)
		paid := min(due, h.advance)
		h.advance -= paid
		got, full := h.take(due - paid)
		d.left -= got
		moved = moved || paid > 0 || got > 0
		if !full {
			next = append(next, h)
		}
	}
	return next, moved
}

// take is how many of those the cluster takes, and whether it is full then.
func (h *hand) take(due int64) (got int64, full bool) {
	before := h.held
	h.held += due
	if due > 0 {
		h.why = ByWeight
	}
	if most := h.Want.Max; most != nil && h.held > *most {
		h.held, h.why, full = *most, AtMaximum, true
	}
	if room := h.Capacity; room != nil && h.held > *room {
		h.overflow += h.held - *room
		h.held, h.why, full = *room, AtCapacity, true
	}
	return h.held - before, full
}

func (d *deal) plan(req Request) Plan {
	shares := unwanted(req)
	for _, h := range d.hands {
		over := h.overflow
		if !req.Rebalance {
			over = max(min(over, d.left), 0)
		}
		shares[h.at] = h.share(over)
	}
	return Plan{Shares: byName(shares), Unplaced: max(d.left, 0)}
}

func (h *hand) share(overflow int64) Share {
	s := Share{Cluster: h.Name, Replicas: h.held, Overflow: overflow, Why: h.why}
	switch {
	case h.held == 0 && h.Want.Weight <= 0:
		s.Why = NoWeight
	case h.held == 0 && h.why == AtMinimum:
		s.Why = NotNeeded
	case h.why == AtMinimum && h.held < h.Want.Min:
		s.Why, s.Limit = BelowMinimum, h.Want.Min
	case h.why == AtMinimum:
		s.Limit = h.Want.Min
	case h.why == AtMaximum:
		s.Limit = *h.Want.Max
	case h.why == AtCapacity:
		s.Limit = *h.Capacity
	case h.why == Kept:
		s.Limit = h.Current
	}
	return s
}
