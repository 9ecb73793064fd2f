package dns

import (
	"cmp"
	"strings"
)

// DefaultTTL is how many seconds a record may be remembered where nobody says.
const DefaultTTL = 180

// Type is the type of a record set.
type Type string

// The types that a [Builder] makes.
const (
	A     Type = "A"
	AAAA  Type = "AAAA"
	CNAME Type = "CNAME"
)

// RecordSet is all records of one name and type. At a name with a CNAME there is
// no other type.
type RecordSet struct {
	// Name is in small letters, without a dot at the end.
	Name string
	Type Type
	TTL  int64 // seconds
	// Targets are addresses, in the order of their text, none twice, or the one name
	// that a CNAME leads to. There is at least one.
	Targets []string
	// SetIdentifier tells apart the sets of one name and type that a provider
	// chooses from by ProviderSpecific; both are empty where it has no choice.
	SetIdentifier    string
	ProviderSpecific []Property
	// Labels are for whoever writes the records, and are no part of them.
	Labels map[string]string
}

// Property is something that only one provider knows.
type Property struct {
	Name, Value string
}

// identity is what there is one record set of.
type identity struct {
	name string
	kind Type
	set  string
}

func (r *RecordSet) identity() identity {
	return identity{plain(r.Name), r.Type, r.SetIdentifier}
}

func (i identity) compare(j identity) int {
	return cmp.Or(strings.Compare(i.name, j.name), cmp.Compare(i.kind, j.kind), strings.Compare(i.set, j.set))
}

// byIdentity orders records that have plain names.
func byIdentity(a, b RecordSet) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type), strings.Compare(a.SetIdentifier, b.SetIdentifier))
}
