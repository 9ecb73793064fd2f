package clusterset

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// The names that are made begin with this. That of a Service has to begin with a
// letter.
const prefix = "clusterset-"

// DerivedName is the name of the Service, in each cluster, whose address a
// ServiceImport has: "clusterset-web-1a2b3c4d" for web.
func DerivedName(service string) string { return made(service, 63, service) }

// SliceName is the name, in each cluster, of what a cluster exports in one
// EndpointSlice.
func SliceName(source federation.ClusterName, slice string) string {
	return made(slice, 253, string(source)+"/"+slice)
}

// made is a name of at most so many characters that no other identity has.
func made(from string, most int, identity string) string {
	hash := sha256.Sum256([]byte(identity))
	suffix := "-" + hex.EncodeToString(hash[:4])
	if room := most - len(prefix) - len(suffix); len(from) > room {
		from = strings.TrimRight(from[:room], "-.")
	}
	return prefix + from + suffix
}

// parentOf is the UID that stands on copies for what declares them. Nothing in any
// cluster has it; it is worked out from names, so that a new process knows what one
// before it has made.
func parentOf(federation string, t federation.Type, key propagation.Key) types.UID {
	sum := sha1.Sum([]byte(strings.Join([]string{"fedrail.io/clusterset", federation, t.String(), key.String()}, "\n")))
	sum[6] = sum[6]&0x0f | 0x50 // version 5: of a name
	sum[8] = sum[8]&0x3f | 0x80
	return types.UID(fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16]))
}
