// Package failover decides to which clusters DNS sends clients while clusters fail,
// flap, are drained and return. It is pure: it is told the time, what was seen of
// each cluster and what was decided last, and says when to ask again.
//
//	decision := failover.Policy{Keep: 30 * time.Second, Return: 10 * time.Second}.Decide(clusters, now)
//	for _, site := range decision.Sites {
//		fmt.Println(site.Cluster, site.State, site.Balancer.Addresses)
//	}
//
// A cluster that is not ready keeps its clients for a while, for mostly it is its
// control plane that is away, and it is back soon. One that was given up gets its
// clients back when it has been ready for a while, the longer the more often it
// failed. While no other cluster can be sent to, what was known last stays: a wrong
// answer may work, and no answer cannot.
package failover

import (
	"slices"
	"time"

	"github.com/fedrail/fedrail/federation"
)

// Policy says for how long a cluster keeps its clients, and when they come back.
type Policy struct {
	// Keep is for how long a cluster that is not ready keeps its clients; 0 is not
	// at all.
	Keep time.Duration
	// Return is for how long a cluster has to be ready again before its clients come
	// back. It doubles with each time that it failed within [Memory], up to
	// [MaxReturn]; 0 is at once, always.
	Return time.Duration
}

// The times that are not the policy's.
const (
	// Memory is for how long it counts that a cluster has failed.
	Memory = time.Hour
	// MaxReturn is the longest that a cluster has to be ready before its clients
	// come back.
	MaxReturn = 10 * time.Minute
)

// maxFailures is how many failures are remembered of a cluster.
const maxFailures = 16

// Balancer is where clients are sent in one cluster.
type Balancer struct{ Addresses, Hostnames []string }

// IsEmpty says that clients cannot be sent anywhere.
func (b Balancer) IsEmpty() bool { return len(b.Addresses) == 0 && len(b.Hostnames) == 0 }

// State is how it stands with one cluster, in one word.
type State string

// The states in which clients are sent to a cluster.
const (
	Serving    State = "Serving"
	Kept       State = "Kept"       // it is not ready, and may be soon
	LastResort State = "LastResort" // it is not ready, and there is no other
)

// The states in which they are not.
const (
	NotReady       State = "NotReady"       // it is not ready
	Returning      State = "Returning"      // it has not been ready for long enough again
	Draining       State = "Draining"       // what is there is about to go
	NotWatched     State = "NotWatched"     // nobody can see what is there
	NotThere       State = "NotThere"       // it has no copy
	NoLoadBalancer State = "NoLoadBalancer" // its copy is none that gets an address
	NoAddress      State = "NoAddress"      // its copy has no address
	NoEndpoints    State = "NoEndpoints"    // nothing that is ready stands behind it
)

// Sight is what was seen of the copy in one cluster last.
type Sight struct {
	// Lacks is why clients cannot be sent there: NotThere, NoLoadBalancer, NoAddress
	// or NoEndpoints. NotWatched is that nothing can be seen, and that what was
	// published stays. Empty is that they can.
	Lacks State
	// Message tells people what it lacks.
	Message string
	// Balancer is where they are sent then.
	Balancer Balancer
}

// Past is what was decided of one cluster last. The zero Past is nothing.
type Past struct {
	State    State
	Balancer Balancer    // where clients are sent
	Failures []time.Time // the latest last, in whole seconds
}

// Cluster is what is known of one cluster.
type Cluster struct {
	federation.Cluster
	Sight Sight
	// Leaves says, for people, why what is there is about to go; empty is that it
	// stays.
	Leaves string
	Past   Past
}

// Site is what is decided of one cluster.
type Site struct {
	Cluster federation.ClusterName
	State   State
	// Message tells people why; empty when it is Serving.
	Message string
	// Balancer is where clients are sent; empty unless it Serves.
	Balancer Balancer
	// Failures are when it failed each time that it was given up, the latest last, in
	// whole seconds.
	Failures []time.Time
}

// Past is what to tell the next time.
func (s Site) Past() Past { return Past{State: s.State, Balancer: s.Balancer, Failures: s.Failures} }

// Serves says whether clients are sent there.
func (s Site) Serves() bool {
	return s.State == Serving || s.State == Kept || s.State == LastResort
}

// Decision is what is decided of all clusters, in the order in which they were
// given.
type Decision struct {
	Sites []Site
	// Next is when to ask again though nothing was seen to change; zero is never.
	Next time.Time
}

// Decide decides of the clusters where a copy should be. Nothing of them is
// modified. Until Next the same clusters, with what was decided as their Past, get
// the same decision.
func (p Policy) Decide(clusters []Cluster, now time.Time) Decision {
	d := Decision{Sites: make([]Site, len(clusters))}
	next := make([]time.Time, len(clusters))
	for i := range clusters {
		d.Sites[i], next[i] = p.judge(&clusters[i], now)
	}
	if !slices.ContainsFunc(d.Sites, Site.Serves) {
		resort(d.Sites, clusters)
	}
	for i, s := range d.Sites {
		if s.State == Kept || s.State == Returning {
			d.by(next[i])
		}
	}
	return d
}

// by has it asked again by a time, at the latest.
func (d *Decision) by(next time.Time) {
	if !next.IsZero() && (d.Next.IsZero() || next.Before(d.Next)) {
		d.Next = next
	}
}
