package kubectl_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/examples/sandbox/kubectl"
)

// wait waits for what is declared to be as the condition says.
func (s *scene) wait(condition, timeout string) result {
	s.Helper()
	return s.kubectl("wait", "federatedconfigmap/settings", "--for="+condition, "--timeout="+timeout)
}

// met is a wait that was not in vain.
var met = result{out: "federatedconfigmap.types.kubefed.io/settings condition met\n"}

// columns are what kubectl get prints of what is declared, but for its age.
func (s *scene) columns() map[string]string {
	s.Helper()
	got := s.kubectl("get", "federatedconfigmaps")
	require.Zero(s, got.code, "%+v", got)
	lines := strings.Split(strings.TrimSpace(got.out), "\n")
	require.Len(s, lines, 2, got.out)
	columns, values := map[string]string{}, strings.Fields(lines[1])
	for i, name := range strings.Fields(lines[0]) {
		columns[name] = values[i]
	}
	require.Contains(s, columns, "AGE")
	delete(columns, "AGE")
	return columns
}

func TestWaitEndsWhenTheObjectIsReady(t *testing.T) {
	s := newFederation(t)
	s.control()
	s.declare()
	require.Equal(t, met, s.wait("condition=Ready", "60s"))
	copied := s.kubectl("--context=member", "get", "configmap", "settings", "--output=jsonpath={.data.currency}")
	require.Equal(t, result{out: "EUR"}, copied)
	require.Equal(t, map[string]string{"NAME": "settings", "READY": "True", "REASON": "AllClusters"}, s.columns())
}

// TestWaitFailsWhileAMemberIsAway that never had the object, and not when it is back.
func TestWaitFailsWhileAMemberIsAway(t *testing.T) {
	s := newFederation(t)
	require.NoError(t, s.servers[1].Pause())
	s.control()
	s.declare()
	require.Equal(t, met, s.wait("jsonpath={.status.clusters[0].status}=ClusterNotReady", "60s"))
	require.Equal(t, result{err: "error: timed out waiting for the condition on federatedconfigmaps/settings\n", code: 1}, s.wait("condition=Ready", "2s"))
	require.Equal(t, map[string]string{"NAME": "settings", "READY": "False", "REASON": "CheckClusters"}, s.columns())

	require.NoError(t, s.servers[1].Continue())
	require.Equal(t, met, s.wait("condition=Ready", "60s"))
}

func TestVersionIsThatOfTheServers(t *testing.T) {
	s := newScene(t, "host")
	said := s.kubectl("version")
	require.Zero(t, said.code, "%+v", said)
	require.Contains(t, said.out, "Client Version: "+kubectl.Version+"\n")
	require.Contains(t, said.out, "Server Version: "+kubectl.Version+"\n")

	pinned, err := os.ReadFile("../servers/kubectl/go.mod")
	require.NoError(t, err)
	require.Contains(t, string(pinned), "\tk8s.io/kubectl "+strings.Replace(kubectl.Version, "v1.", "v0.", 1)+"\n")
}
