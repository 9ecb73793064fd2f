package clusterset

import (
	"fmt"
	"strings"

	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
)

// conflict is something in which exports differ.
type conflict struct {
	reason v1beta1.ServiceExportConditionReason
	what   string                   // what the import has: `port "http" is 80/TCP`
	as     federation.ClusterName   // whose export decided that
	others []federation.ClusterName // that differ, the oldest export first
	of     int                      // so many exports count
}

// shownClusters is how many clusters are named in a message.
const shownClusters = 5

// message tells people what the import has, from where, and who differs.
func (c conflict) message() string {
	return fmt.Sprintf("%s as in %s, whose export is older; %d of %d say otherwise: %s",
		c.what, c.as, len(c.others), c.of, listed(c.others))
}

// listed names some clusters, and counts the rest.
func listed(names []federation.ClusterName) string {
	words := make([]string, 0, shownClusters)
	for _, name := range names[:min(len(names), shownClusters)] {
		words = append(words, string(name))
	}
	if more := len(names) - shownClusters; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(words, ", "), more)
	}
	return strings.Join(words, ", ")
}
