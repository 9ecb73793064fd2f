package propagation

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/fedrail/fedrail/federation"
)

// Pace is how many objects are written to each cluster at a time. It adapts to
// the cluster: how long answers take, and whether there are any. Controllers of
// several types that share one Pace share what a cluster can take. Make one with
// [NewPace]; it is safe for concurrent use.
type Pace struct {
	bounds Bounds

	mu       sync.Mutex
	clusters map[federation.ClusterName]*gate
}

// Bounds are between how many and how many objects are written at a time to one
// cluster, and with how many it begins. Zero is the default: 1, 2 and 64.
type Bounds struct{ Least, First, Most int }

// NewPace makes a Pace. First is moved between Least and Most.
func NewPace(b Bounds) *Pace {
	if b.Least <= 0 {
		b.Least = 1
	}
	if b.Most <= 0 {
		b.Most = max(64, b.Least)
	}
	if b.First <= 0 {
		b.First = 2
	}
	b.First = min(max(b.First, b.Least), b.Most)
	return &Pace{bounds: b, clusters: map[federation.ClusterName]*gate{}}
}

// Limits are how many objects may be written at a time to each cluster now, by
// what was learned so far.
func (p *Pace) Limits() map[federation.ClusterName]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	limits := make(map[federation.ClusterName]int, len(p.clusters))
	for name, g := range p.clusters {
		limits[name] = g.allowed()
	}
	return limits
}

// of is the gate of a cluster.
func (p *Pace) of(name federation.ClusterName) *gate {
	p.mu.Lock()
	defer p.mu.Unlock()
	g, known := p.clusters[name]
	if !known {
		g = &gate{bounds: p.bounds, limit: limit{allowed: float64(p.bounds.First), enough: float64(p.bounds.Most)}}
		p.clusters[name] = g
	}
	return g
}

// forget forgets a cluster that left.
func (p *Pace) forget(name federation.ClusterName) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.clusters, name)
}

// gate lets through as many attempts at a time as the limit allows, in the order
// in which they came.
type gate struct {
	bounds Bounds

	mu      sync.Mutex
	limit   limit
	inside  int
	waiting []chan struct{} // closed to let one through
}

func (g *gate) allowed() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return int(math.Floor(g.limit.allowed))
}

// enter waits until an attempt may begin; false when ctx ended first.
func (g *gate) enter(ctx context.Context) bool {
	g.mu.Lock()
	turn := make(chan struct{})
	g.waiting = append(g.waiting, turn)
	g.letInLocked()
	g.mu.Unlock()
	select {
	case <-turn:
		return true
	case <-ctx.Done():
		g.giveUp(turn)
		return false
	}
}

// giveUp takes a waiting attempt out, or lets the next in when its turn had come.
func (g *gate) giveUp(turn chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, w := range g.waiting {
		if w == turn {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			return
		}
	}
	g.inside--
	g.letInLocked()
}

// leave says how an attempt went that began at that time.
func (g *gate) leave(e effort, began time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.limit = g.limit.after(sample{effort: e, took: now.Sub(began), abreast: g.inside}, now, g.bounds)
	g.inside--
	g.letInLocked()
}

func (g *gate) letInLocked() {
	for len(g.waiting) > 0 && g.inside < int(math.Floor(g.limit.allowed)) {
		close(g.waiting[0])
		g.waiting = g.waiting[1:]
		g.inside++
	}
}
