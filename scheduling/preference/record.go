package preference

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/scheduling/failover"
)

// recordsOf are the records of the last decision, as the status keeps them. Times
// are whole seconds there.
func recordsOf(s v1alpha1.ReplicaSchedulingPreferenceStatus) []failover.Record {
	var all []failover.Record
	for _, c := range s.Clusters {
		r := failover.Record{Cluster: federation.ClusterName(c.Name), Limit: readLimit(c.Limit), Displaced: c.Displaced, Capacity: c.Capacity}
		for _, t := range c.Moves {
			r.Moves = append(r.Moves, t.UTC())
		}
		if r.Limit != nil || r.Displaced || r.Capacity != nil || len(r.Moves) > 0 {
			all = append(all, r)
		}
	}
	return all
}

func readLimit(l *v1alpha1.ClusterLimit) *failover.Limit {
	if l == nil {
		return nil
	}
	read := failover.Limit{Replicas: l.Replicas, Cause: failover.Cause(l.Reason), Since: l.Since.UTC(), Times: int(l.Times)}
	if l.RetryAt != nil {
		read.RetryAt = l.RetryAt.UTC()
	}
	return &read
}

// keep puts a record where the status keeps it.
func keep(r failover.Record, in *v1alpha1.ClusterShare) {
	in.Limit, in.Displaced, in.Capacity, in.Moves = writtenLimit(r.Limit), r.Displaced, r.Capacity, nil
	for _, t := range r.Moves {
		in.Moves = append(in.Moves, second(t))
	}
}

func writtenLimit(l *failover.Limit) *v1alpha1.ClusterLimit {
	if l == nil {
		return nil
	}
	written := v1alpha1.ClusterLimit{Replicas: l.Replicas, Reason: string(l.Cause), Since: second(l.Since), Times: int32(l.Times)}
	if !l.RetryAt.IsZero() {
		at := second(l.RetryAt)
		written.RetryAt = &at
	}
	return &written
}

// second is a time as JSON keeps it.
func second(t time.Time) metav1.Time { return metav1.NewTime(t.UTC().Truncate(time.Second)) }
