package propagation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// names are the first n clusters: c000, c001, …
func names(n int) []federation.ClusterName {
	all := make([]federation.ClusterName, n)
	for i := range all {
		all[i] = federation.ClusterName(fmt.Sprintf("c%03d", i))
	}
	return all
}

func TestMostAtOnce(t *testing.T) {
	token := propagation.Loss{Lost: names(2)}.Token()
	held := "2 of 3 clusters would lose the object, though its own placement did not change: c000, c001; " +
		"to let that happen, annotate it with fedrail.io/allow-loss=" + token + ", or change its placement"
	for name, c := range map[string]struct {
		loss propagation.Loss
		want string
	}{
		"more than half":            {propagation.Loss{Held: names(3), Lost: names(2)}, held},
		"all":                       {propagation.Loss{Held: names(2), Lost: names(2)}, strings.Replace(held, "of 3", "of 2", 1)},
		"just half":                 {propagation.Loss{Held: names(4), Lost: names(2)}, ""},
		"the only one":              {propagation.Loss{Held: names(1), Lost: names(1)}, ""},
		"drained":                   {propagation.Loss{Held: names(4), Lost: names(3), Drained: names(3), Kept: names(1)}, ""},
		"all are drained":           {propagation.Loss{Held: names(2), Lost: names(2), Drained: names(2), Kept: names(1)}, ""},
		"and none is left":          {propagation.Loss{Held: names(3), Lost: names(2), Drained: names(2)}, held},
		"the only one is drained":   {propagation.Loss{Held: names(1), Lost: names(1), Drained: names(1)}, ""},
		"drained, and one besides":  {propagation.Loss{Held: names(3), Lost: names(2), Drained: names(1), Kept: names(1)}, ""},
		"drained, and most besides": {propagation.Loss{Held: names(5), Lost: names(4), Drained: names(2), Kept: names(1)}, "4 of 5"},
		"asked":                     {propagation.Loss{Held: names(3), Lost: names(2), Asked: true}, ""},
		"allowed":                   {propagation.Loss{Held: names(3), Lost: names(2), Allowed: token}, ""},
		"another loss was allowed":  {propagation.Loss{Held: names(3), Lost: names(2), Allowed: propagation.Loss{Lost: names(3)}.Token()}, held},
		"allowed in too many words": {propagation.Loss{Held: names(3), Lost: names(2), Allowed: "true"}, held},
	} {
		t.Run(name, func(t *testing.T) {
			reason := propagation.MostAtOnce{}.Judge(c.loss)
			require.Equal(t, c.want == "", reason == "", reason)
			require.True(t, strings.HasPrefix(reason, c.want), reason)
			require.Empty(t, propagation.AnyLoss{}.Judge(c.loss))
		})
	}
}

func TestALossOfManyClustersIsToldInFewWords(t *testing.T) {
	loss := propagation.Loss{Held: names(300), Lost: names(200)}
	reason := propagation.MostAtOnce{}.Judge(loss)
	require.Contains(t, reason, "200 of 300 clusters")
	require.Contains(t, reason, "c008, c009 and 190 more;")
	require.Contains(t, reason, propagation.AllowLossAnnotation+"="+loss.Token())
}

// FuzzMostAtOnce holds the default guard to what makes it safe to have on: it
// never stands in the way of who asked or allowed, never holds back a small
// loss, always tells the way out, and a larger loss is never judged milder.
func FuzzMostAtOnce(f *testing.F) {
	f.Add(3, 2, false, "")
	f.Add(300, 151, false, "")
	f.Add(2, 2, true, "1234abcd")
	f.Fuzz(func(t *testing.T, held, lost int, asked bool, allowed string) {
		held, lost = 1+abs(held)%400, 1+abs(lost)%400
		lost = min(held, lost)
		loss := propagation.Loss{Held: names(held), Lost: names(lost), Asked: asked, Allowed: allowed}
		before := slices.Clone(loss.Lost)
		reason := propagation.MostAtOnce{}.Judge(loss)
		require.Equal(t, reason, propagation.MostAtOnce{}.Judge(loss), "a pure function")
		require.Equal(t, before, loss.Lost)
		if asked || lost < 2 || 2*lost <= held {
			require.Empty(t, reason)
			return
		}
		require.Equal(t, allowed == loss.Token(), reason == "")
		loss.Allowed = loss.Token()
		require.Empty(t, propagation.MostAtOnce{}.Judge(loss), "the token is the way out")
		if reason != "" {
			require.Contains(t, reason, loss.Token())
			require.Less(t, len(reason), 512)
		}
		if larger := (propagation.Loss{Held: loss.Held, Lost: names(min(held, lost+1))}); larger.Token() != loss.Token() {
			require.NotEmpty(t, propagation.MostAtOnce{}.Judge(larger))
			larger.Allowed = loss.Token()
			require.NotEmpty(t, propagation.MostAtOnce{}.Judge(larger), "what was allowed is that loss alone")
		}
	})
}

func abs(n int) int { return max(n, -(n + 1)) }
