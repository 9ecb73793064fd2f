package migrate

import (
	"fmt"
	"slices"
	"strings"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
)

func (r *report) config(in Inventory) {
	subject := "KubeFedConfig " + corev1beta1.ConfigName
	if in.Config == nil {
		r.changes(Carry, subject, "there is none; the controller makes one of scope Cluster when it starts")
		return
	}
	for _, err := range in.Config.WithDefaults().Validate() {
		r.decide(subject, "kubectl edit kubefedconfig -n "+in.Namespace+" "+corev1beta1.ConfigName, "%s", err)
	}
	r.stays(subject, "scope %s, thresholds of the health check, adoption and features", in.Config.Spec.Scope)
	if fields := withoutEffect(in.Config.Spec); len(fields) > 0 {
		r.changes(Carry, subject, "is accepted, and has no effect any more: %s", strings.Join(fields, ", "))
	}
	if gates := unsaid(in.Config.Spec); len(gates) > 0 {
		r.changes(Carry, subject, "on unless it says otherwise, which KubeFed 0.7 and later had not: %s; they publish DNS records where somebody declares some",
			strings.Join(gates, ", "))
	}
}

// unsaid are the features that are on by default, and that nobody spoke of.
func unsaid(spec corev1beta1.KubeFedConfigSpec) []string {
	var gates []string
	for _, gate := range []corev1beta1.FeatureGate{corev1beta1.CrossClusterServiceDiscovery, corev1beta1.FederatedIngress} {
		if !slices.ContainsFunc(spec.FeatureGates, func(g corev1beta1.FeatureGatesConfig) bool { return g.Name == gate }) {
			gates = append(gates, string(gate))
		}
	}
	return gates
}

// withoutEffect are the fields that are set and mean nothing here.
func withoutEffect(spec corev1beta1.KubeFedConfigSpec) []string {
	var fields []string
	if d := spec.ControllerDuration; d != nil {
		for _, f := range []struct {
			name string
			set  bool
		}{
			{"availableDelay", d.AvailableDelay != nil}, {"unavailableDelay", d.UnavailableDelay != nil},
			{"cacheSyncTimeout", d.CacheSyncTimeout != nil}, {"clusterMonitorPeriod", d.ClusterMonitorPeriod != ""},
		} {
			if f.set {
				fields = append(fields, "spec.controllerDuration."+f.name)
			}
		}
	}
	if l := spec.LeaderElect; l != nil && l.ResourceLock != nil {
		fields = append(fields, fmt.Sprintf("spec.leaderElect.resourceLock (%s; the lock is a Lease)", *l.ResourceLock))
	}
	return fields
}

func (r *report) definitions(in Inventory) {
	const subject = "CustomResourceDefinitions"
	if in.Untried != nil {
		r.decide(subject, "ask as an administrator of the host", "an installation could not be tried: %v", in.Untried)
	}
	byDone := map[setup.Done][]string{}
	for _, d := range in.Definitions {
		byDone[d.Done] = append(byDone[d.Done], d.Name)
	}
	if names := byDone[setup.Changed]; len(names) > 0 {
		r.add(Entry{Fate: Changes, Subject: subject, Step: Define, Objects: names,
			Message: fmt.Sprintf("%d get optional fields, and validation of their own: %s", len(names), some(names))})
	}
	if names := byDone[setup.Created]; len(names) > 0 {
		r.add(Entry{Fate: Changes, Subject: subject, Step: Define, Objects: names, Message: fmt.Sprintf("%d are new: %s", len(names), some(names))})
	}
	if names := byDone[setup.Unchanged]; len(names) > 0 {
		r.add(Entry{Fate: Stays, Subject: subject, Objects: names, Message: fmt.Sprintf("%d are those of this program", len(names))})
	}
}
