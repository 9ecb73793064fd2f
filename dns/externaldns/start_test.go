package externaldns_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNewStartsNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	unstarted(t)
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}
