package verbs_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/examples/fedctl/migrate"
)

func TestTheReportOfAMigrationTellsWhatBecomesOfAllThatKubeFedHas(t *testing.T) {
	k := newKubeFed(t)
	before := k.versions()
	r := k.ok("migrate", "kubefed")
	golden(t, "migrate-report", r.out)
	require.Contains(t, r.err, "nothing was changed; ")
	asked := k.ok("migrate", "kubefed", "--dry-run", "-o", "json")
	var report migrate.Report
	require.NoError(t, json.Unmarshal([]byte(asked.out), &report))
	require.True(t, report.Runs)
	require.Empty(t, report.Last)
	require.Equal(t, before, k.versions(), "nothing was written")
}

// versions are those of all copies, and of what is on the host.
func (k *kubefed) versions() map[string]string {
	all := map[string]string{}
	for name, o := range k.held(k.Context()) {
		all[name] = o.GetResourceVersion()
	}
	return all
}
