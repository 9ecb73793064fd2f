package dns

import (
	"cmp"
	"strings"

	"github.com/fedrail/fedrail/federation"
)

// Problem says why a name or a cluster is not served as it might be.
type Problem struct {
	Code Code
	// Cluster is whose problem it is; empty when it is a name's.
	Cluster federation.ClusterName
	// Name is the name that it is about; empty when it is about all of them.
	Name    string
	Message string // for people: what to change
}

// Code is the kind of a [Problem].
type Code string

// The codes. Of a cluster:
const (
	NotReady  Code = "NotReady"  // nobody is sent to the cluster now
	NoAddress Code = "NoAddress" // it is ready, and its load balancer has no address
	NoRegion  Code = "NoRegion"  // its region is unknown, so it has no names of region and zones
	NoZones   Code = "NoZones"   // its zones are unknown, so it has no names of zones
	BadLabel  Code = "BadLabel"  // its region or zone cannot be part of a name
	BadTarget Code = "BadTarget" // an address or hostname of its load balancer cannot be published
)

// Of a name:
const (
	LeadsOn      Code = "LeadsOn"      // nobody serves it here, so it leads to the next level
	Nowhere      Code = "Nowhere"      // nobody serves it anywhere, so there is no record
	NameTooLong  Code = "NameTooLong"  // it is longer than a name can be
	Unresolved   Code = "Unresolved"   // a hostname is left out, for it has no known address
	OneOfSeveral Code = "OneOfSeveral" // of several hostnames, just one is published
	NotRouted    Code = "NotRouted"    // clients are not divided as was asked
)

func byClusterAndName(a, b Problem) int {
	return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), strings.Compare(a.Name, b.Name),
		cmp.Compare(a.Code, b.Code), strings.Compare(a.Message, b.Message))
}
