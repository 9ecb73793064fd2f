package failover_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
	"github.com/fedrail/fedrail/scheduling/failover"
)

// site is a cluster of a pretend world, in which time goes by in steps.
type site struct {
	name   federation.ClusterName
	fits   int64 // how many pods find room
	beyond int64 // how many more than that an estimator believes to fit
	sick   bool  // pods that start do not become ready
	down   bool
	turned time.Time
	taints []corev1.Taint

	given *int64
	want  int64 // the copy's replicas: given, once the cluster can be reached
	pods  []pod
}

// pod is one that runs or pends, since a time.
type pod struct {
	since   time.Time
	ready   bool
	pending bool
}

// world is clusters, a workload in them, and a clock.
type world struct {
	*testing.T
	now     time.Time
	decider failover.Decider
	request failover.Request
	weights scheduling.Preferences
	sites   []*site
	sees    bool // the room of clusters
	blind   int  // for how many decisions copies have not been seen yet, as after a restart

	records  []failover.Record
	last     failover.Decision
	changes  int // how many times some cluster was told something else
	starting time.Duration
}

func newWorld(t *testing.T, total int64, sites ...*site) *world {
	w := &world{
		T: t, now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), decider: failover.Decider{Planner: scheduling.Fair{}},
		request: failover.Request{Key: "shop/web", Total: total}, sites: sites, starting: 5 * time.Second,
	}
	w.pass(2 * time.Minute)
	w.changes = 0
	return w
}

// a site has room for many unless it says otherwise.
func a(name string, fits int64) *site { return &site{name: federation.ClusterName(name), fits: fits} }

// pass lets time go by, a second at a time.
func (w *world) pass(d time.Duration) {
	for end := w.now.Add(d); w.now.Before(end); w.now = w.now.Add(time.Second) {
		w.decide()
		for _, s := range w.sites {
			s.live(w.now, w.starting)
		}
	}
}

// decide decides as a controller would that looks every second.
func (w *world) decide() {
	req := w.request
	req.Now, req.Before = w.now, w.records
	w.blind = max(w.blind-1, 0)
	for _, s := range w.sites {
		req.Clusters = append(req.Clusters, s.facts(w))
	}
	d, err := w.decider.Decide(w.Context(), req)
	require.NoError(w, err)
	w.last, w.records = d, d.Records
	for i, step := range d.Steps {
		s := w.site(step.Cluster)
		if s.given == nil || *s.given != step.Give {
			w.changes++
		}
		s.given = &d.Steps[i].Give
	}
}

func (w *world) site(name federation.ClusterName) *site {
	for _, s := range w.sites {
		if s.name == name {
			return s
		}
	}
	require.Fail(w, "no such cluster", name)
	return nil
}

// facts are what a controller sees of the cluster: that of before, while it is
// down.
func (s *site) facts(w *world) failover.Cluster {
	c := failover.Cluster{
		Member: federation.Cluster{Name: s.name, Ready: !s.down, Turned: s.turned, Taints: s.taints, Region: string(s.name)},
		Want:   w.weights.For(s.name), Given: s.given, Seen: len(s.pods) > 0 || s.given != nil, Exist: s.want, Cost: 1,
	}
	if w.blind > 0 && !s.down {
		c.Seen, c.Exist, c.Stale = false, 0, true
		return c
	}
	room := max(s.fits, 0) + s.beyond
	for _, p := range s.pods {
		switch {
		case p.ready:
			c.Ready++
		case p.pending && w.now.Sub(p.since) >= time.Minute:
			c.Unschedulable++
		case p.pending:
			c.Pending++
			c.PendingUntil = p.since.Add(time.Minute)
		case c.UnhealthySince.IsZero() || p.since.Before(c.UnhealthySince):
			c.UnhealthySince = p.since
		}
		if !p.pending {
			room--
		}
	}
	if w.sees {
		c.Room = &room
	}
	return c
}

// live has pods of the cluster come, start, become ready and go.
func (s *site) live(now time.Time, starting time.Duration) {
	if s.down || s.given == nil {
		return
	}
	s.want = *s.given
	for int64(len(s.pods)) < s.want {
		s.pods = append(s.pods, pod{since: now, pending: true})
	}
	for int64(len(s.pods)) > s.want {
		s.end()
	}
	placed := int64(0)
	for i := range s.pods {
		p := &s.pods[i]
		if p.pending && placed < s.fits {
			*p = pod{since: now}
		}
		if !p.pending {
			placed++
		}
		if p.ready && s.sick {
			*p = pod{since: now}
		}
		p.ready = p.ready || !p.pending && !s.sick && now.Sub(p.since) >= starting
	}
}

// end ends one pod: one that pends, else one that is not ready, else the last.
func (s *site) end() {
	worst := len(s.pods) - 1
	for i, p := range s.pods {
		if !p.ready && (p.pending || !s.pods[worst].pending) && (s.pods[worst].ready || p.pending) {
			worst = i
		}
	}
	s.pods = append(s.pods[:worst:worst], s.pods[worst+1:]...)
}

// ready is how many replicas serve in all clusters that are not down.
func (w *world) ready() int64 {
	n := int64(0)
	for _, s := range w.sites {
		for _, p := range s.pods {
			if p.ready && !s.down {
				n++
			}
		}
	}
	return n
}

func (w *world) fails(name string) {
	s := w.site(federation.ClusterName(name))
	s.down, s.turned = true, w.now
}
func (w *world) heals(name string) {
	s := w.site(federation.ClusterName(name))
	s.down, s.turned = false, w.now
}

// told is what each cluster is told now, as "a10 b10".
func (w *world) told() string {
	text := ""
	for i, step := range w.last.Steps {
		if i > 0 {
			text += " "
		}
		text += fmt.Sprintf("%s%d", step.Cluster, step.Give)
	}
	return text
}

// why is why the cluster is told what it is told.
func (w *world) why(name federation.ClusterName) (reason, words string) {
	for _, step := range w.last.Steps {
		if step.Cluster == name {
			return step.Reason, step.Why
		}
	}
	return "", ""
}

// passNeverBelow lets time go by in which never fewer are ready than that.
func (w *world) passNeverBelow(d time.Duration, least int64) {
	w.Helper()
	for end := w.now.Add(d); w.now.Before(end); {
		w.pass(time.Second)
		require.GreaterOrEqual(w, w.ready(), least, "at %s: %s", w.now.Format(time.TimeOnly), w.told())
	}
}

func ready(name federation.ClusterName) federation.Cluster {
	return federation.Cluster{Name: name, Ready: true}
}

// shrinksTo takes the room of all pods but the first few.
func (s *site) shrinksTo(n int64, now time.Time) {
	s.fits = n
	for i := range s.pods {
		if int64(i) >= n {
			s.pods[i] = pod{since: now, pending: true}
		}
	}
}
