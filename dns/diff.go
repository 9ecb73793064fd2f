package dns

import (
	"maps"
	"slices"
)

// Have is what a zone holds.
type Have struct {
	// Ours are the record sets that may be changed and deleted, Others those of
	// somebody else, which are left alone; the latter may be of any type. Each name,
	// type and set identifier is there once.
	Ours, Others []RecordSet
}

// Changes are what makes a zone hold what is wanted. Each list is in the order of
// name, type and set identifier. Whoever carries them out deletes first: a CNAME has
// to go before an address comes to its name.
type Changes struct {
	Delete []RecordSet
	Update []Update
	Create []RecordSet
	// Blocked are wanted, and cannot be as long as somebody else's records are there.
	Blocked []Blocked
}

// Update replaces one record set by another of its name, type and set identifier.
type Update struct {
	Old, New RecordSet
}

// Blocked is a record set that cannot be, and one of those in its way.
type Blocked struct {
	Want, By RecordSet
}

// Empty says that nothing is to be written. Something may be blocked.
func (c Changes) Empty() bool { return len(c.Delete)+len(c.Update)+len(c.Create) == 0 }

// Diff compares what a zone holds with the record sets that are wanted. The order of
// record sets, targets and properties does not matter, nor do capitals and a dot at
// the end of names; labels are not compared. What is blocked is neither created nor
// updated, and stays if it is ours. Nothing of its arguments is modified.
func Diff(have Have, want []RecordSet) Changes {
	ours, wanted := byName(have.Ours), byName(want)
	others := map[string][]RecordSet{}
	for _, r := range have.Others {
		others[plain(r.Name)] = append(others[plain(r.Name)], r)
	}
	var c Changes
	for _, id := range sorted(wanted) {
		old, there := ours[id]
		next := wanted[id]
		at := slices.IndexFunc(others[id.name], func(r RecordSet) bool { return excludes(r, next) })
		switch {
		case at >= 0:
			c.Blocked = append(c.Blocked, Blocked{next, others[id.name][at]})
		case !there:
			c.Create = append(c.Create, next)
		case !same(old, next):
			c.Update = append(c.Update, Update{old, next})
		}
	}
	for _, id := range sorted(ours) {
		if _, wants := wanted[id]; !wants {
			c.Delete = append(c.Delete, ours[id])
		}
	}
	return c
}

// excludes tells whether two record sets of one name cannot both be.
func excludes(a, b RecordSet) bool {
	if a.Type != b.Type {
		return a.Type == CNAME || b.Type == CNAME
	}
	return a.SetIdentifier == "" || b.SetIdentifier == "" || a.SetIdentifier == b.SetIdentifier
}

func same(a, b RecordSet) bool {
	return a.TTL == b.TTL && slices.Equal(targetsOf(a), targetsOf(b)) && maps.Equal(propertiesOf(a), propertiesOf(b))
}

func targetsOf(r RecordSet) []string {
	targets := slices.Clone(r.Targets)
	for i := range targets {
		targets[i] = plain(targets[i])
	}
	slices.Sort(targets)
	return slices.Compact(targets)
}

func propertiesOf(r RecordSet) map[string]string {
	properties := make(map[string]string, len(r.ProviderSpecific))
	for _, p := range r.ProviderSpecific {
		properties[p.Name] = p.Value
	}
	return properties
}

func byName(records []RecordSet) map[identity]RecordSet {
	all := make(map[identity]RecordSet, len(records))
	for _, r := range records {
		all[r.identity()] = r
	}
	return all
}

func sorted(records map[identity]RecordSet) []identity {
	return slices.SortedFunc(maps.Keys(records), identity.compare)
}
