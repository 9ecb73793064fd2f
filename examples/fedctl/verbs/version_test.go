package verbs_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// Scripts look for fields in the one line that kubefedctl printed.
func TestVersionIsTheLineOfKubefedctl(t *testing.T) {
	r := run(t.Context(), "", "version")
	require.Zero(t, r.code)
	require.Regexp(t, `^fedctl version: version\.Info\{Version:"[^"]*", GitCommit:"[^"]*", GitTreeState:"(clean|dirty)?", BuildDate:"[^"]*", GoVersion:"go1[^"]*", Compiler:"gc", Platform:"linux/[^"]*"\}\n$`, r.out)
	require.Empty(t, r.err)
}

func TestVersionIsAnObjectForMachines(t *testing.T) {
	r := run(t.Context(), "", "version", "-o", "json")
	var all map[string]string
	require.NoError(t, json.Unmarshal([]byte(r.out), &all))
	require.Equal(t, "Version", all["kind"])
	require.Equal(t, "fedctl.fedrail.io/v1alpha1", all["apiVersion"])
	require.Equal(t, "gc", all["compiler"])
	require.Contains(t, run(t.Context(), "", "version", "-o", "yaml").out, "\nkind: Version\n")
	r = run(t.Context(), "", "version", "-o", "wide")
	require.Equal(t, result{code: 1, err: "error: -o wide: want yaml or json\n"}, r)
}
