package federated_test

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
)

// closedPort is an address where nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	return listener.Addr().String()
}

// TestAClusterThatIsAnotherUnderTheSameName gets every object, and nothing that
// is there of another parent is touched: neither what was never declared here,
// nor what has the name of something that was deleted here meanwhile.
func TestAClusterThatIsAnotherUnderTheSameName(t *testing.T) {
	for name, replace := range map[string]func(*joined){
		"joined anew":      func(j *joined) { j.unjoin("tokyo") },
		"under a new URL":  func(*joined) {},
		"after a restart":  (*joined).restart,
		"while it is away": func(j *joined) { j.Stop(); j.unjoin("tokyo"); defer j.Run() },
	} {
		t.Run(name, func(t *testing.T) {
			all := servers.Shared(t, "host", "member1", "member2")
			j := newJoined(t, all[0])
			j.Types.Scope, j.Namespace = federation.NamespaceScoped, j.System
			j.Types.Loop.LetGoAfter = 200 * time.Millisecond
			j.secret("first", map[string]string{"token": tokenOf(j, all[1])})
			j.secret("second", map[string]string{"token": tokenOf(j, all[2])})
			j.put("tokyo", specOf(all[1], "first"))
			j.Run()
			for _, name := range []string{"web", "gone"} {
				declare(j.Bed, configMaps, name, fields{"data": fields{"color": "blue"}})
				untilStates(j.Bed, configMaps, name, []state{{name: "tokyo"}})
			}
			j.Servers = []*controlplane.Server{all[2]}
			theirs := j.foreign("theirs", "gone")

			away := specOf(all[1], "first")
			away.APIEndpoint = "https://" + closedPort(t)
			j.put("tokyo", away)
			j.Delete(configMaps, "gone")
			replace(j)
			j.put("tokyo", specOf(all[2], "second"))
			j.Until("created there", func() bool { return dataOf(j.Bed, 0, "web")["color"] == "blue" })
			untilStates(j.Bed, configMaps, "web", []state{{name: "tokyo"}})
			j.Until("nothing is kept", func() bool { return len(leftBehind(j.Bed)) == 0 })
			j.Quiet()
			for _, o := range theirs {
				require.Equal(t, o, j.Copy(all[2], configMaps, o.GetName()))
			}
		})
	}
}

func (j *joined) restart() { j.Stop(); j.Run() }

// foreign makes copies of another federation in the first member.
func (j *joined) foreign(names ...string) []*unstructured.Unstructured {
	j.Helper()
	var all []*unstructured.Unstructured
	for _, name := range names {
		place(j.Bed, name, fields{"kubefed.io/managed": "true"})
		write(j.Bed, 0, configMaps, name, `{"metadata":{"annotations":{"fedrail.io/origin":"11111111-2222-3333-4444-555555555555/0123456789abcdef"}}}`)
		all = append(all, j.Copy(j.Servers[0], configMaps, name))
	}
	return all
}
