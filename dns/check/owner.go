package check

import (
	"context"
	"strings"

	"github.com/fedrail/fedrail/dns"
)

// ownership is whose records are. The zero one is that this is not known.
type ownership struct {
	owner, resource string   // what external-dns says
	nowhere         []string // where it would say so, and does not
}

// owner looks for what external-dns says of the records of a name and type.
func (l look) owner(ctx context.Context, name string, kind dns.Type) ownership {
	var none ownership
	unclear := false
	for _, prefix := range l.prefixes {
		at := txtName(prefix, name, kind)
		a, err := l.asker.Ask(ctx, Question{at, TXT})
		texts := a.at(at, TXT)
		if o := ownerIn(texts); o.owner != "" {
			return o
		}
		unclear = unclear || err != nil || !a.says() || len(texts) > 0 // it may be encrypted
		none.nowhere = append(none.nowhere, at)
	}
	if unclear {
		return ownership{}
	}
	return none
}

// recordType stands for the type in a --txt-prefix.
const recordType = "%{record_type}"

// txtName is where external-dns says whose the records of a name and type are. A type
// that the prefix has no place for begins the first label.
func txtName(prefix, name string, kind dns.Type) string {
	of, prefix := strings.ToLower(string(kind)), strings.ToLower(prefix)
	if !strings.Contains(prefix, recordType) {
		return prefix + of + "-" + name
	}
	return strings.ReplaceAll(prefix, recordType, of) + name
}

// ownerIn reads "heritage=external-dns,external-dns/owner=…,external-dns/resource=…";
// some providers have it in quotes.
func ownerIn(texts []Record) ownership {
	for _, text := range texts {
		said := map[string]string{}
		for _, pair := range strings.Split(strings.Trim(text.Value, `"`), ",") {
			key, value, _ := strings.Cut(pair, "=")
			said[key] = value
		}
		if said["heritage"] == "external-dns" {
			return ownership{owner: said["external-dns/owner"], resource: said["external-dns/resource"]}
		}
	}
	return ownership{}
}
