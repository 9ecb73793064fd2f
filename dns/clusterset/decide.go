package clusterset

import (
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/status"
)

// decision is what a service should be in every member, and what is to be said of
// it there.
type decision struct {
	// settled is false while a member is waited for that exports the service: then
	// nothing is said of it.
	settled bool
	// stays says that the import and the derived Service are to stay as they are.
	stays bool
	// imported and service are nil when there should be none.
	imported, service *wish
	slices            map[string]wish // by name
	exports           map[federation.ClusterName][]status.Condition
	imports           map[federation.ClusterName]importWord
}

// wish is one object that some members should hold.
type wish struct {
	template *unstructured.Unstructured
	clusters []federation.ClusterName
	rules    []overrides.Rule
	// awaits are those of the clusters in which something that the object needs is
	// about to come.
	awaits []federation.ClusterName

	made making // of a slice
}

// decide decides what a service should be everywhere. It is a pure function.
func (s scene) decide(now time.Time) (decision, error) {
	i, verdicts := Merge(s.exports())
	d := decision{settled: true}
	remembered := s.remembered()
	if unseen := s.unseen(remembered); len(unseen) > 0 {
		d.settled = !slices.ContainsFunc(unseen, func(m sighting) bool { return !m.gone(now) })
		d.stays = !d.settled || len(remembered.Clusters) > 0
		if d.stays {
			i = s.asBefore(remembered, i, unseen)
		}
	}
	if len(i.Clusters) > 0 {
		if err := s.want(&d, i, now); err != nil {
			return decision{}, fmt.Errorf("service %s: %w", s.key, err)
		}
	}
	if d.settled {
		d.exports, d.imports = s.sayOfExports(i, verdicts, d), s.sayOfImports(i)
	}
	return d, nil
}

// asBefore is the import as it was, with the clusters that export the service now, as
// far as anybody knows. There is none where there was none.
func (s scene) asBefore(remembered, merged Import, unseen []sighting) Import {
	if len(remembered.Clusters) == 0 {
		return Import{}
	}
	i := remembered.fitting(valid(s.exports()))
	i.Clusters = slices.Clone(merged.Clusters)
	for _, m := range unseen {
		i.Clusters = append(i.Clusters, m.cluster)
	}
	slices.Sort(i.Clusters)
	return i
}

// fitting is an import that was read somewhere, with the names that it has for the
// ports of these exports.
func (i Import) fitting(exports []Export) Import {
	u := union{names: map[federation.ClusterName]portNames{}}
	for _, p := range i.Spec.Ports {
		u.ports, u.told = append(u.ports, p), append(u.told, told{})
	}
	for _, e := range exports {
		u.add(e)
	}
	i.names = u.result()
	return i
}

// want adds to a decision what there should be in the members.
func (s scene) want(d *decision, i Import, now time.Time) error {
	importing := s.importing()
	if len(importing) == 0 {
		return nil
	}
	if err := s.wantSlices(d, i, now); err != nil || d.stays {
		return err
	}
	template, err := s.serviceImport(i)
	if err != nil {
		return err
	}
	d.imported = &wish{template: template, clusters: importing, rules: s.holdBack()}
	if i.Spec.Type != v1beta1.ClusterSetIP {
		return nil
	}
	s.giveAddresses(d.imported, i)
	if template, err = s.derivedService(i); err != nil {
		return err
	}
	d.service = &wish{template: template, clusters: importing, rules: s.holdBack()}
	return nil
}
