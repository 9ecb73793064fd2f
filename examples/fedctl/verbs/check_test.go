package verbs_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/examples/fedctl/checkup"
	"github.com/fedrail/fedrail/internal/controlplane"
)

func TestACheckOfAFederationThatWorksFindsNothing(t *testing.T) {
	w := newFederation(t, []string{"berlin", "madrid"})
	alone := w.fedctl("check")
	require.Equal(t, 1, alone.code)
	require.Contains(t, alone.out, "✗ controller: none has ever held the lease kube-federation-system/kubefed-controller-manager\n    run one: ")
	require.Contains(t, alone.out, "✗ cluster berlin: not ready: it was not probed yet\n    fedctl describe cluster berlin\n")
	require.Contains(t, alone.out, "✗ type configmaps: no controller carries it\n")

	w.control()
	r := w.until(func(r result) bool { return r.code == 0 }, "check")
	golden(t, "check", r.out)

	require.NoError(t, w.setup().Enable(t.Context(), "secrets"))
	r = w.until(func(r result) bool { return strings.Contains(r.out, "types: 3 of 3") }, "check")
	require.Contains(t, r.out, "✗ cluster madrid: the federation's account may not write secrets\n    fedctl join madrid again, which grants what the enabled types need\n")
	require.Equal(t, "error: 2 of 8 things are not as they should be\n", r.err)
}

func TestACheckOfAHostThatIsNoneSaysSo(t *testing.T) {
	w := newWorld(t)
	r := w.fedctl("check", "-o", "json")
	require.Equal(t, 1, r.code)
	var got checkup.Report
	require.NoError(t, json.Unmarshal([]byte(r.out), &got))
	require.Equal(t, checkup.Finding{Subject: "definitions", Verdict: checkup.Bad, Message: "the host does not know the federation's kinds", Mend: "fedctl install"}, got.Findings[1])
}

func TestACheckByWhoMayLittleSaysWhatHeMayNot(t *testing.T) {
	w := newFederation(t, nil)
	r := w.as(controlplane.User{Name: "guest"}, "check")
	require.Contains(t, r.out, "! your rights: you may not list clusters, join clusters, ")
	require.NotEmpty(t, r.code)
}
