package health_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/health"
)

// results spells a series of probes: + is well, a and b are failures with
// different reasons.
func results(series string) []health.Result {
	spelled := map[rune]health.Result{'+': health.Well(), 'a': {Message: "a"}, 'b': {Reachable: true, Message: "b"}}
	var all []health.Result
	for _, letter := range series {
		all = append(all, spelled[letter])
	}
	return all
}

func spell(r health.Result) string {
	if r.OK {
		return "+"
	}
	return r.Message
}

func TestNext(t *testing.T) {
	usual := health.Thresholds{Failure: 3, Success: 1}
	tests := map[string]struct {
		from       health.State
		thresholds health.Thresholds
		probes     string
		want       string // what counts after each probe
	}{
		"the first probe counts at once, well":          {thresholds: health.Thresholds{Failure: 3, Success: 3}, probes: "+", want: "+"},
		"the first probe counts at once, ill":           {thresholds: usual, probes: "a", want: "a"},
		"it takes as many failures as the threshold":    {thresholds: usual, probes: "+aaa", want: "+++a"},
		"after many successes, too":                     {thresholds: usual, probes: "++++++aaa", want: "++++++++a"},
		"flapping does not flip":                        {thresholds: usual, probes: "+aa+aa+a+aa+", want: "++++++++++++"},
		"failures count together, whatever their cause": {thresholds: usual, probes: "+abb", want: "+++b"},
		"one success brings it back":                    {thresholds: usual, probes: "a+", want: "a+"},
		"it takes as many successes as the threshold":   {thresholds: health.Thresholds{Failure: 1, Success: 3}, probes: "a++a+++", want: "aaaaaa+"},
		"another reason counts when it stays":           {thresholds: usual, probes: "abababbb", want: "aaaaaaab"},
		"a reason that returns starts again":            {thresholds: usual, probes: "abbabb", want: "aaaaaa"},
		"a threshold of one flips at once":              {thresholds: health.Thresholds{Failure: 1, Success: 1}, probes: "+a+b", want: "+a+b"},
		"a record counts until the threshold":           {from: health.Recorded(health.Well()), thresholds: usual, probes: "aaa", want: "++a"},
		"a record of trouble counts, too": {
			from: health.Recorded(health.Result{Message: "a"}), thresholds: health.Thresholds{Failure: 3, Success: 2}, probes: "++", want: "a+",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			state := test.from
			for _, result := range results(test.probes) {
				state = state.Next(result, test.thresholds)
				require.True(t, state.Known)
				got.WriteString(spell(state.Current))
			}
			require.Equal(t, test.want, got.String())
		})
	}
}
