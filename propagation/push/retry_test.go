package push_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// TestARetryEndsTheRestOfAFight: the sixth correction would wait for eight seconds.
func TestARetryEndsTheRestOfAFight(t *testing.T) {
	m := newCalm(t)
	m.declare("web", "blue", nil)
	m.UntilReady(configMaps, "web")
	for i := range 5 {
		require.NoError(t, m.rival(0, "web", fmt.Sprintf(`{"data":{"color":"theirs-%d"}}`, i)))
		m.untilHeld(0, 1)
	}
	before := m.Counter.Requests()
	require.NoError(t, m.rival(0, "web", `{"data":{"color":"theirs"}}`))
	began := time.Now()
	m.Patch(configMaps, "web", `{"metadata":{"annotations":{"`+federatedkind.RetryAnnotation+`":"1"}}}`)
	m.untilHeld(0, 1)
	require.Less(t, time.Since(began), 6*time.Second)
	require.Equal(t, 1, toMembers(m.Quiet().Since(before)).Total())
	m.UntilReady(configMaps, "web")
}
