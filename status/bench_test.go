package status_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/status"
)

// BenchmarkJudge is what each event of a watch costs.
func BenchmarkJudge(b *testing.B) {
	web := object(b, deploymentOf)
	require.Equal(b, status.Progressing, status.Kinds{}.Judge(web).Health)
	b.ReportAllocs()
	for b.Loop() {
		status.Kinds{}.Judge(web)
	}
}
