package follow

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
)

// reference is what one object refers to, and where it is placed itself.
type reference struct {
	to        []target                            // in some cluster
	needs     []target                            // of these, without which its pods do not run
	usual     []target                            // where no override says otherwise
	special   map[federation.ClusterName][]target // in clusters that have an override
	through   *target                             // the ServiceAccount that refers, wherever that goes
	placement placement.Request
	reported  []federation.ClusterName // where it is by its last report
	settled   []federation.ClusterName // where its own loop places it; nil when that did not say yet
	stays     bool                     // it is suspended: its copies stay where they are
	awaits    func(federation.ClusterName) *propagation.Problem
	invalid   error // why its placement is not to be relied on
}

// referenceOf reads an intent. Where an override cannot be carried out, nothing
// is written, and the template counts.
func (f *Following) referenceOf(ctx context.Context, in propagation.Intent) reference {
	r := reference{placement: in.Placement, awaits: in.Awaits, stays: in.Suspended, invalid: in.Invalid, special: map[federation.ClusterName][]target{}}
	for _, o := range in.Reported.Clusters {
		r.reported = append(r.reported, o.Cluster)
	}
	r.usual = r.add(in.Key.Namespace, in.Template)
	members := f.Registry.Snapshot()
	for _, rule := range in.Overrides {
		cluster, known := members.Get(rule.Cluster)
		if !known {
			cluster = federation.Cluster{Name: rule.Cluster}
		}
		tailored, err := f.Overrider.Override(ctx, in.Template, cluster, in.Overrides)
		if err == nil && tailored != in.Template {
			r.special[rule.Cluster] = r.add(in.Key.Namespace, tailored)
		}
	}
	return r
}

// add takes up what an object refers to, and returns it.
func (r *reference) add(namespace string, object *unstructured.Unstructured) []target {
	var all []target
	for _, ref := range References(object) {
		t := target{of: ref.Type, key: propagation.Key{Namespace: namespace, Name: ref.Name}}
		all = append(all, t)
		if !slices.Contains(r.to, t) {
			r.to = append(r.to, t)
		}
		if !ref.Optional && !slices.Contains(r.needs, t) {
			r.needs = append(r.needs, t)
		}
	}
	return all
}

// is says whether the object refers to a target in a cluster.
func (r reference) is(t target, in federation.ClusterName) bool {
	to, differs := r.special[in]
	if !differs {
		to = r.usual
	}
	return slices.Contains(to, t)
}
