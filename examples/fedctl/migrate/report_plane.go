package migrate

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"
)

// Runs says whether KubeFed may be working at that time: its pods are there, it is to
// have some, or it holds its lock.
func (p Plane) Runs(now time.Time) bool {
	if len(p.Pods) > 0 || p.Holds(now) {
		return true
	}
	for _, d := range p.Deployments {
		if d.Spec.Replicas == nil || *d.Spec.Replicas > 0 {
			return true
		}
	}
	return false
}

// Holds says whether KubeFed holds one of its locks.
func (p Plane) Holds(now time.Time) bool {
	for _, lock := range p.Locks {
		if lock.HeldAt(now) {
			return true
		}
	}
	return false
}

func (r *report) plane(p Plane) {
	for _, d := range p.Deployments {
		replicas := int32(1)
		if d.Spec.Replicas != nil {
			replicas = *d.Spec.Replicas
		}
		image := ""
		for _, c := range d.Spec.Template.Spec.Containers {
			image = c.Image
		}
		r.goes(Finish, "Deployment "+d.Name, "has %s of %s; is scaled to 0 by the step %s, and deleted by the last", count(int(replicas), "replica"), image, Stop)
	}
	for _, w := range p.Webhooks {
		r.goes(Stop, w.Object.GetKind()+" "+w.Object.GetName(), "would refuse writes when nobody serves it; the definitions check and complete objects themselves")
	}
	for _, lock := range p.Locks {
		held := "nobody holds it"
		if lock.HeldAt(r.now) {
			held = lock.Holder + " holds it"
		} else if lock.Holder != "" {
			held = lock.Holder + " held it " + duration.HumanDuration(r.now.Sub(lock.Renewed)) + " ago"
		}
		r.goes(Finish, "lock "+lock.Kind+" "+ControllerDeployment, "%s; controllers take a Lease of the same name now", held)
	}
	if r.Runs && r.Leads != "" {
		r.decide("controllers", "stop the new controller until the step "+string(Define)+" is done", "KubeFed and %s may both be working: they would write over each other", r.Leads)
	}
	for _, n := range p.all() {
		r.goes(Finish, n.String(), "was KubeFed's alone")
	}
	for _, role := range p.UserRoles {
		r.stays("ClusterRole "+role.Name, "it lets those who may use a namespace use federated objects in it, and no controller needs it")
	}
}

// all is what the last step deletes beside locks and deployments, in an order in which
// what leads to others goes after them: it may be interrupted anywhere.
func (p Plane) all() []Named {
	var all []Named
	for _, some := range [][]Named{p.Rest, p.Roles, p.Bindings, p.Accounts} {
		all = append(all, some...)
	}
	return all
}

func (r *report) releases(in Inventory) {
	for _, name := range in.Releases {
		r.decide("Helm release "+name, "after the last step, delete the Secrets of the release: kubectl delete secret -n "+in.Namespace+" -l owner=helm,name="+name,
			"never run \"helm uninstall\" or \"helm upgrade\" on it: it may delete or reset FederatedTypeConfigs and the KubeFedConfig")
	}
}

func (r *report) versions(in Inventory) {
	const subject = "PropagatedVersions"
	switch n := in.Versions + in.ClusterVersions; {
	case n == 0:
	case len(in.Others) > 0:
		r.goes(Finish, subject, "%s of this federation's namespaces; the definitions stay for the federations in %s", count(in.Versions, "object"), strings.Join(in.Others, ", "))
	default:
		r.goes(Finish, subject, "%s and their two definitions; they were KubeFed's private memory, and nobody reads them", count(n, "object"))
	}
	if len(in.Others) > 0 {
		r.decide("other federations", "make sure that their KubeFeds may see further optional fields in definitions, which they ignore",
			"namespaces %s have a KubeFedConfig too, and share the definitions", strings.Join(in.Others, ", "))
	}
}
