package externaldns

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/failover"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// status is what is told of an outcome.
func (o outcome) status() v1alpha1.DNSRecordStatus {
	s := v1alpha1.DNSRecordStatus{Domain: o.domain.Domain, Records: int64(len(o.Records))}
	for i, site := range o.Sites {
		s.DNS = append(s.DNS, o.told(o.clusters[i], site))
	}
	s.Conditions = []metav1.Condition{o.ready(), o.complete()}
	return s
}

// told is what is told of a cluster. That one is not ready, and keeps its clients for
// the time being, is no news of each record: the cluster's own condition says so.
func (o outcome) told(c failover.Cluster, site failover.Site) v1alpha1.ClusterDNS {
	if site.State == failover.Kept {
		site.State, site.Message = failover.Serving, ""
	}
	t := v1alpha1.ClusterDNS{Cluster: string(site.Cluster), Region: c.Region, Zones: c.Zones, Reason: string(site.State), Message: cut(site.Message, ofCluster)}
	for _, address := range site.Balancer.Addresses {
		t.LoadBalancer.Ingress = append(t.LoadBalancer.Ingress, v1alpha1.LoadBalancerIngress{IP: address})
	}
	for _, name := range site.Balancer.Hostnames {
		t.LoadBalancer.Ingress = append(t.LoadBalancer.Ingress, v1alpha1.LoadBalancerIngress{Hostname: name})
	}
	for _, failed := range site.Failures {
		t.Failures = append(t.Failures, second(failed))
	}
	return t
}

// ready says whether the names are handed over.
func (o outcome) ready() metav1.Condition {
	switch {
	case o.nowhere != nil:
		return isNot(v1alpha1.Ready, o.nowhere.reason, o.nowhere.message)
	case len(o.taken) > 0:
		return isNot(v1alpha1.Ready, v1alpha1.NameTaken, fmt.Sprintf(
			"an older record has the same names, and keeps them: %s: choose another spec.externalName, dnsPrefix or host, or delete one of the records", listed(o.taken)))
	case len(o.Records) == 0:
		return isNot(v1alpha1.Ready, v1alpha1.NobodyServes, cmp.Or(listed(o.lacking()), "there is no name to publish: set spec.hosts"))
	}
	return isSo(v1alpha1.Ready, v1alpha1.Published, fmt.Sprintf("%d record sets are handed over as DNSEndpoint %s", len(o.Records), o.endpointName()))
}

// complete says whether every cluster and every level is served.
func (o outcome) complete() metav1.Condition {
	if lacking := o.lacking(); len(lacking) > 0 || len(o.Records) == 0 {
		return isNot(v1alpha1.Complete, v1alpha1.SomethingLacked, cmp.Or(listed(lacking), "nothing is published"))
	}
	return isSo(v1alpha1.Complete, v1alpha1.AllServed, "every cluster is sent to, and every level has a name")
}

// lacking is what is not as it might be, in words.
func (o outcome) lacking() []string {
	var all []string
	for _, site := range o.Sites {
		if site.State != failover.Kept && (site.State != failover.Serving || site.Message != "") {
			all = append(all, fmt.Sprintf("%s: %s: %s", site.Cluster, site.State, site.Message))
		}
	}
	for _, p := range o.Problems {
		switch p.Code {
		case dns.NotReady, dns.LeadsOn, dns.Nowhere: // that follows from what is said of the clusters
		default:
			all = append(all, fmt.Sprintf("%s: %s: %s", cmp.Or(string(p.Cluster), p.Name), p.Code, p.Message))
		}
	}
	return all
}

// shown is how many things a message lists.
const shown = 8

// listed are the first few of many.
func listed(all []string) string {
	if len(all) > shown {
		return strings.Join(all[:shown], "; ") + fmt.Sprintf("; and %d more", len(all)-shown)
	}
	return strings.Join(all, "; ")
}

// How many bytes a message has at the most. Without a bound, one that tells of many
// names or clusters is more than the host keeps, and nothing is told at all.
const (
	ofCondition = 2048
	ofCluster   = 256
)

// cut is the beginning of a message that is longer than most.
func cut(message string, most int) string {
	if len(message) <= most {
		return message
	}
	const more = "…"
	return strings.ToValidUTF8(message[:most-len(more)], "") + more
}

// status is what is told of a record in trouble. What is published stays.
func (t *trouble) status(before v1alpha1.DNSRecordStatus) v1alpha1.DNSRecordStatus {
	s := *before.DeepCopy()
	message := t.message
	if before.Records > 0 {
		message += "; what is published stays as it is"
	}
	s.Conditions = []metav1.Condition{isNot(v1alpha1.Ready, t.reason, message)}
	return s
}

// complete fills in what conditions need, with the times of those that have not
// changed.
func complete(s, before v1alpha1.DNSRecordStatus, generation int64) v1alpha1.DNSRecordStatus {
	s.ObservedGeneration = generation
	s.Conditions = timed(s.Conditions, before.Conditions, generation)
	return s
}

// timed are conditions with the times of those before that have not changed.
func timed(now, before []metav1.Condition, generation int64) []metav1.Condition {
	for i := range now {
		c := &now[i]
		c.ObservedGeneration, c.LastTransitionTime = generation, second(time.Now())
		if was := meta.FindStatusCondition(before, c.Type); was != nil && was.Status == c.Status {
			c.LastTransitionTime = was.LastTransitionTime
		}
	}
	return now
}

func isSo(condition, reason, message string) metav1.Condition {
	return metav1.Condition{Type: condition, Status: metav1.ConditionTrue, Reason: reason, Message: cut(message, ofCondition)}
}

func isNot(condition, reason, message string) metav1.Condition {
	return metav1.Condition{Type: condition, Status: metav1.ConditionFalse, Reason: reason, Message: cut(message, ofCondition)}
}

// second is a time as JSON keeps it.
func second(t time.Time) metav1.Time { return metav1.NewTime(t.UTC().Truncate(time.Second)) }
