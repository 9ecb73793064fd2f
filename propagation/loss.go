package propagation

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/fedrail/fedrail/federation"
)

// AllowLossAnnotation on a declaration says yes to a [Loss] that was held back;
// its value is the loss's Token.
const AllowLossAnnotation = "fedrail.io/allow-loss"

// LossGuarded is the reason of the condition Ready, and of the event, while a
// loss is held back.
const LossGuarded = "LossGuarded"

// Loss is what a plan would take from an object: clusters that should hold it
// until now, and should not any more. A cluster that left the federation is no
// loss, for nothing is removed there, and neither is one that is leaving with a
// policy.
type Loss struct {
	// Held are the clusters that should hold the object, before any of Lost went.
	Held []federation.ClusterName
	// Lost are those of Held that it loses now, or lost in the last ten minutes
	// without being asked; in name order. It is never empty.
	Lost []federation.ClusterName
	// Drained are those of Lost that have a taint which takes the object from them:
	// somebody wants that cluster to lose it; in name order.
	Drained []federation.ClusterName
	// Kept are the clusters that should hold the object after that; in name order.
	Kept []federation.ClusterName
	// Asked says that the declaration's own placement changed, or that its
	// namespace is not federated any more: somebody wants the loss.
	Asked bool
	// Allowed is the value of the declaration's [AllowLossAnnotation].
	Allowed string
}

// Token names the clusters that are lost, in few characters. Equal losses of
// different objects have equal tokens, so that many can be allowed at a time.
func (l Loss) Token() string {
	hash := sha256.New()
	for _, name := range l.Lost {
		hash.Write([]byte(name + "\n"))
	}
	return hex.EncodeToString(hash.Sum(nil)[:4])
}

// LossGuard says which losses are held back: the object stays where it is, as
// it should be, until it is asked to go. It is a pure function of its argument
// and safe for concurrent use.
type LossGuard interface {
	// Judge returns the reason to hold the loss back, and what to do to have it
	// happen, for people; empty lets it happen.
	Judge(l Loss) string
}

// MostAtOnce is the default [LossGuard]: it holds back that an object loses more
// than half of its clusters, and two at the least, unasked. Such a loss comes of
// a change of the clusters' labels or of the namespace's placement, and many
// objects may share it. A cluster that is drained is asked for by its taint, and
// does not count, unless no other cluster is left.
type MostAtOnce struct{}

// Judge implements [LossGuard].
func (MostAtOnce) Judge(l Loss) string {
	drained := len(l.Drained)
	if len(l.Kept) == 0 {
		drained = 0
	}
	unasked, held := len(l.Lost)-drained, len(l.Held)-drained
	if l.Asked || unasked < 2 || 2*unasked <= held || l.Allowed == l.Token() {
		return ""
	}
	return fmt.Sprintf("%d of %d clusters would lose the object, though its own placement did not change: %s; "+
		"to let that happen, annotate it with %s=%s, or change its placement",
		len(l.Lost), len(l.Held), some(l.Lost), AllowLossAnnotation, l.Token())
}

// AnyLoss is a [LossGuard] that holds nothing back, as KubeFed does.
type AnyLoss struct{}

// Judge implements [LossGuard].
func (AnyLoss) Judge(Loss) string { return "" }

// maxNamed is how many clusters are named in a sentence.
const maxNamed = 10

// some names the first clusters, and counts the others.
func some(names []federation.ClusterName) string {
	words := make([]string, 0, maxNamed)
	for _, name := range names[:min(len(names), maxNamed)] {
		words = append(words, string(name))
	}
	if more := len(names) - maxNamed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(words, ", "), more)
	}
	return strings.Join(words, ", ")
}
