package failover

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// judge decides of one cluster as if there were others. Next is when time changes
// that; zero is never.
func (p Policy) judge(c *Cluster, now time.Time) (site Site, next time.Time) {
	site = Site{Cluster: c.Name, Failures: c.Past.Failures}
	switch known := c.known(); {
	case c.Leaves != "":
		site.State, site.Message = Draining, c.Leaves
	case c.Sight.Lacks != "" && c.Sight.Lacks != NotWatched:
		site.State, site.Message = c.Sight.Lacks, c.Sight.Message
	case !c.Ready:
		return p.away(c, site, now)
	case now.Before(p.back(c)):
		next = p.back(c)
		site.State, site.Message = Returning, fmt.Sprintf("it was away, and gets its clients back at %s if it stays ready", clock(next))
	case known.IsEmpty():
		site.State, site.Message = NotWatched, c.Sight.Message
	default:
		site.State, site.Message, site.Balancer = Serving, c.Sight.Message, known
	}
	return site, next
}

// known is where clients could be sent, as far as anybody knows.
func (c *Cluster) known() Balancer {
	if c.Sight.Balancer.IsEmpty() {
		return c.Past.Balancer
	}
	return c.Sight.Balancer
}

// away decides of a cluster that is not ready. Clients that it has stay for a
// while, and none come.
func (p Policy) away(c *Cluster, site Site, now time.Time) (Site, time.Time) {
	until := c.Turned.Add(p.Keep)
	switch had := c.Past.State == Serving || c.Past.State == Kept; {
	case had && now.Before(until):
		site.State, site.Balancer = Kept, c.known()
		site.Message = fmt.Sprintf("it is not ready (%s), and keeps its clients until %s", cmp.Or(c.Message, "nobody says why"), clock(until))
		return site, until
	case had:
		failed := c.Turned
		if failed.IsZero() {
			failed = now
		}
		site.Failures = remember(site.Failures, failed.Truncate(time.Second))
	}
	site.State, site.Message = NotReady, c.Message
	return site, time.Time{}
}

// back is when a cluster that was given up, and is ready again, gets its clients
// back; the zero time is that it was not given up.
func (p Policy) back(c *Cluster) time.Time {
	if c.Past.State != NotReady && c.Past.State != Returning {
		return time.Time{}
	}
	return c.Turned.Add(p.patience(c.Past.Failures, c.Turned))
}

// patience is for how long a cluster has to be ready that failed at these times, and
// is ready again since another.
func (p Policy) patience(failures []time.Time, since time.Time) time.Duration {
	wait := p.Return
	for range max(len(recent(failures, since))-1, 0) {
		wait = min(2*wait, MaxReturn)
	}
	return wait
}

// remember is the failures with one more, without those that do not count any more.
// The same one counts once.
func remember(failures []time.Time, failed time.Time) []time.Time {
	if slices.ContainsFunc(failures, failed.Equal) {
		return failures
	}
	all := append(recent(failures, failed), failed)
	return all[max(len(all)-maxFailures, 0):]
}

// recent are the failures that count at a time, in a slice of their own.
func recent(failures []time.Time, at time.Time) []time.Time {
	return slices.DeleteFunc(slices.Clone(failures), func(t time.Time) bool { return at.Sub(t) > Memory })
}

// resort has clients sent to what is known, where no cluster would be left: to
// those that are ready again and, if there is none, to those that are not ready.
func resort(sites []Site, clusters []Cluster) {
	for _, last := range []struct {
		from, to State
		because  string
	}{
		{Returning, Serving, ""},
		{NotReady, LastResort, "it is not ready, and no other cluster can be sent to"},
	} {
		found := false
		for i := range sites {
			if known := clusters[i].known(); sites[i].State == last.from && !known.IsEmpty() {
				sites[i].State, sites[i].Message, sites[i].Balancer = last.to, last.because, known
				found = true
			}
		}
		if found {
			return
		}
	}
}

func clock(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }
