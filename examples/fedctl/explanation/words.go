package explanation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/fedrail/fedrail/placement"
)

// words say of a reason how many clusters it is the reason of: for one, and for more.
func words(reason string) (one, more string) {
	same := func(text string) (string, string) { return text, text }
	switch placement.Code(reason) {
	case placement.NoPlacement:
		return same("not asked for")
	case placement.NotNamed:
		return same("not named")
	case placement.SelectorMismatch:
		return "label does not match", "labels do not match"
	case placement.UnknownCluster:
		return "name is no member", "names are no members"
	case placement.OutOfBounds:
		return same("outside the namespace's clusters")
	case placement.NoBound:
		return same("without a federated namespace")
	case placement.RefusedByPolicy:
		return same("refused by a policy")
	case placement.Cordoned, placement.Tainted, Leaving:
		return same(strings.ToLower(reason))
	}
	if reason == NoReplicas {
		return same("without replicas")
	}
	return same(reason)
}

// summaryOf is a line such as "2 of 5 clusters: 1 cordoned, 2 labels do not match".
func summaryOf(clusters []Cluster, members int) string {
	chosen, counts := 0, map[string]int{}
	for _, c := range clusters {
		switch {
		case !c.Chosen:
			counts[c.Reason]++
		case c.Reason != Chosen:
			chosen++
			counts["kept by the loss guard"]++
		default:
			chosen++
		}
		if c.Failed != "" {
			counts["cannot be made"]++
		}
	}
	var parts []string
	for reason, n := range counts {
		one, more := words(reason)
		if n == 1 {
			more = one
		}
		parts = append(parts, fmt.Sprintf("%d %s", n, more))
	}
	slices.SortFunc(parts, func(a, b string) int { return cmp.Compare(afterNumber(a), afterNumber(b)) })
	text := fmt.Sprintf("%d of %d clusters", chosen, members)
	if members == 1 {
		text = fmt.Sprintf("%d of 1 cluster", chosen)
	}
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return text
}

func afterNumber(text string) string {
	_, rest, _ := strings.Cut(text, " ")
	return rest
}

func durationOf(d time.Duration) string { return duration.HumanDuration(d) }
