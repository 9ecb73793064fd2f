package pull

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/fedrail/fedrail/federation"
)

const (
	// MemberLabel is on the namespace and on the Lease of each member, with the
	// value "true".
	MemberLabel = "propagation.fedrail.io/member"
	// ClusterAnnotation says, on the namespace, which member it is for.
	ClusterAnnotation = "propagation.fedrail.io/cluster"
	// LeavingAnnotation says, on the namespace, that the member is leaving and what
	// becomes of its copies: "Delete" or "Orphan", as federation.Leaving has it. Any
	// other value says nothing.
	LeavingAnnotation = "propagation.fedrail.io/leaving"
	// TaintsAnnotation has, on the namespace, the member's taints, as JSON or YAML: a
	// list as that in the spec of a Node. See [TaintsOf].
	TaintsAnnotation = "propagation.fedrail.io/taints"
	// UnreadableTaint is the key of the taint, with the effect NoSchedule, that a
	// member has in the place of its own while those cannot be read.
	UnreadableTaint = "propagation.fedrail.io/unreadable-taints"
	// LeaseName is the name of the Lease that a member's agent renews.
	LeaseName = "agent"

	namespacePrefix = "fedrail-member-"
	typeLabel       = "propagation.fedrail.io/type"
)

// NamespaceOf is the namespace on the host that holds what concerns a member. It
// is made of the member's name, or of a digest where that does not fit.
func NamespaceOf(cluster federation.ClusterName) string {
	return namespacePrefix + short(string(cluster), validation.DNS1123LabelMaxLength-len(namespacePrefix))
}

// typeOf is the value of the label that a type's bundles carry.
func typeOf(t federation.Type) string { return short(t.String(), validation.LabelValueMaxLength) }

// bundleName is the name of a bundle of a type.
func bundleName(t federation.Type, number int) string {
	return fmt.Sprintf("%s-%d", t, number)
}

// short is a name as a label of at most that length: itself, if it is one.
func short(name string, length int) string {
	if len(name) <= length && len(validation.IsDNS1123Label(name)) == 0 {
		return name
	}
	const digits = 12
	sum := sha256.Sum256([]byte(name))
	readable := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
	readable = readable[:min(len(readable), length-digits-2)]
	return strings.Trim(readable, "-") + "-x" + hex.EncodeToString(sum[:])[:digits]
}
