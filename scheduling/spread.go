package scheduling

import (
	"cmp"
	"context"
	"errors"
	"fmt"
)

// Spread divides as [Fair] does, so that places stay level: no region has more
// than so many replicas more than any other, and in each region no zone more than
// another. A place that is full or at its maximums therefore holds the others
// back, and the rest is unplaced; one that can take none at all, or whose clusters
// have no weight, does not count. Without Rebalance what runs stays, and what is
// new makes places level again.
type Spread struct {
	// Levels are the kinds of places, the widest first; none is regions, then
	// zones, with a skew of 1.
	Levels []Level
}

// Level is one kind of place, and how level it is kept.
type Level struct {
	By Place
	// MaxSkew is by how many replicas two places may differ; 0 is 1.
	MaxSkew int64
}

// Place is a kind of place.
type Place string

// The places.
const (
	Region Place = "Region"
	Zone   Place = "Zone"
)

var _ Planner = Spread{}

func (l Level) of(c seat) string {
	if l.By == Zone {
		return c.Zone
	}
	return c.Region
}

func (l Level) validate() error {
	if l.By != Region && l.By != Zone {
		return fmt.Errorf("by: %q is neither %q nor %q", l.By, Region, Zone)
	}
	return outside(number{"maxSkew", l.MaxSkew}, 0)
}

// Plan implements [Planner].
func (s Spread) Plan(_ context.Context, req Request) (Plan, error) {
	wrong := []error{req.validate()}
	for i, l := range s.Levels {
		if err := l.validate(); err != nil {
			wrong = append(wrong, fmt.Errorf("levels[%d].%w", i, err))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	levels := s.Levels
	if len(levels) == 0 {
		levels = []Level{{By: Region}, {By: Zone}}
	}
	wanted := ranked(req)
	g := ground{wanted: wanted, parts: partsOf(wanted), shares: make([]int64, len(wanted)), keep: !req.Rebalance}
	members := make([]int, len(wanted))
	for i := range members {
		members[i] = i
	}
	g.divide(req.Total, members, levels)
	why := reasons{req: req, alone: byWeight(req.Total, changed(g.parts, part.bare)), usual: ByWeight}
	if placed(g.shares) < req.Total {
		why.usual = AtSkew
	}
	return why.plan(wanted, g.shares), nil
}

// ground is what is divided over places.
type ground struct {
	wanted []seat
	parts  []part
	shares []int64
	keep   bool
}

// divide gives a total to the candidates of these indices.
func (g ground) divide(total int64, members []int, levels []Level) {
	if len(levels) == 0 {
		parts := make([]part, len(members))
		for i, m := range members {
			parts[i] = g.parts[m]
		}
		for i, n := range fair().settle(total, parts, g.keep) {
			g.shares[members[i]] = n
		}
		return
	}
	places := g.places(members, levels[0])
	sums := make([]part, len(places))
	for i, place := range places {
		sums[i] = g.sum(place)
	}
	level := rule{all: levelled(cmp.Or(levels[0].MaxSkew, 1)), fewer: byWeight}
	for i, n := range level.settle(total, sums, g.keep) {
		g.divide(n, places[i], levels[1:])
	}
}

// places are the members in each place, in the order of the first of each.
func (g ground) places(members []int, l Level) [][]int {
	var places [][]int
	at := map[string]int{}
	for _, m := range members {
		name := l.of(g.wanted[m])
		i, known := at[name]
		if !known {
			i, at[name] = len(places), len(places)
			places = append(places, nil)
		}
		places[i] = append(places[i], m)
	}
	return places
}

// sum is a place as one part.
func (g ground) sum(place []int) part {
	all := part{}
	for _, m := range place {
		p := g.parts[m]
		all.weight += p.weight
		all.least += p.least
		all.runs += p.kept()
		switch {
		case p.weight > 0:
			all.most += p.most
		case g.keep:
			all.most += p.kept()
		default:
			all.most += p.least
		}
	}
	return all
}
