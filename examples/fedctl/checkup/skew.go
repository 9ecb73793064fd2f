package checkup

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/version"
)

// The versions of Kubernetes that a federation is made for. Server-side apply, which
// everything is written with, is in all of them; older ones make tokens by themselves
// that nobody asked for. Newer ones than our client's are not tried yet.
const (
	oldest = "1.24"
	newest = "1.37"
)

// skew judges the version that an API server says it has.
func skew(subject, told string) Finding {
	f := Finding{Subject: subject, Verdict: Good, Message: "Kubernetes " + told}
	at, err := version.ParseGeneric(told)
	switch {
	case err != nil:
		f.Verdict, f.Message = Unknown, fmt.Sprintf("its version %q cannot be read", told)
	case at.LessThan(version.MustParseGeneric(oldest)):
		f.Verdict, f.Mend = Bad, "upgrade it to "+oldest+" or newer"
	case version.MustParseGeneric(newest).LessThan(version.MustParseGeneric(fmt.Sprintf("%d.%d", at.Major(), at.Minor()))):
		f.Verdict, f.Mend = Warning, "this program knows Kubernetes up to "+newest+": look for a newer one"
	}
	return f
}
