package federated_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/go-logr/logr/funcr"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/status"
)

// password is what nobody but a Secret may hold.
const password = "correct-horse-battery"

// mostVerbose is the last level before client-go prints whole bodies, as every
// client of Kubernetes does for whoever asks for that.
const mostVerbose = 7

// TestASecretThatIsRefusedStaysSecret: people are told which field is wrong, and
// what the Secret holds is in no status, no event and no log.
func TestASecretThatIsRefusedStaysSecret(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], secrets)
	var log lines
	b.Types.Logger = funcr.New(func(_, line string) { log.add(line) }, funcr.Options{Verbosity: mostVerbose})
	b.Types.Loop.Logger, b.Push.Logger = b.Types.Logger, b.Types.Logger
	b.Run()
	declare(b, secrets, "good", fields{"stringData": fields{"password": password}})
	for _, w := range refusedSecrets() {
		w.declare(b)
	}
	for _, w := range refusedSecrets() {
		t.Run(w.name, func(t *testing.T) { w.require(t, b) })
	}
	requireCarried(b, secrets, "good")
	b.Stop()
	requireSecret(t, "log", log.all())
	for _, w := range append(refusedSecrets(), wrong{name: "good"}) {
		requireSecret(t, "events", strings.Join(b.Events(w.name), "\n"))
		told, err := json.Marshal(b.Status(secrets, w.name))
		require.NoError(t, err)
		requireSecret(t, "status", string(told))
	}
}

func refusedSecrets() []wrong {
	refused := func(name string, template fields, message string) wrong {
		return wrong{name: name, kind: secrets, template: template, reason: "CheckClusters",
			clusters: inBoth(status.CreationFailed, message), event: "CreationFailed: cluster member1: " + message}
	}
	return []wrong{
		refused("not-base64", fields{"data": fields{"password": password}},
			"create: refused (500): a value in data is not base64: encode it, or move it to stringData"),
		refused("list", fields{"stringData": fields{"password": []any{password}}},
			"create: refused (500): .stringData.password: expected string"),
		refused("list-of-data", fields{"data": []any{password}},
			"create: refused (500): .data: expected map"),
		refused("no-certificate", fields{"type": "kubernetes.io/tls", "stringData": fields{"password": password}},
			"create: refused (422 Invalid): data[tls.crt] (FieldValueRequired), data[tls.key] (FieldValueRequired)"),
		refused("bad-json", fields{"type": "kubernetes.io/dockerconfigjson", "stringData": fields{".dockerconfigjson": password}},
			"create: refused (422 Invalid): data[.dockerconfigjson] (FieldValueInvalid)"),
		refused("bad-version", fields{"apiVersion": "v9", "stringData": fields{"password": password}},
			"create: the member serves no secrets of v9 with scope Namespaced: install that there, "+
				"or correct apiVersion in the template, or targetType in the FederatedTypeConfig"),
	}
}

// TestASecretThatCannotBeUpdatedStaysSecret: the same of a copy that is there.
func TestASecretThatCannotBeUpdatedStaysSecret(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], secrets)
	b.Run()
	declare(b, secrets, "fixed", fields{"immutable": true, "stringData": fields{"password": "old"}})
	b.UntilReady(secrets, "fixed")
	b.Patch(secrets, "fixed", `{"spec":{"template":{"stringData":{"password":"`+password+`"}}}}`)
	message := "update: refused (422 Invalid): data (FieldValueForbidden); change it back, or have copies recreated where a field cannot change"
	untilStates(b, secrets, "fixed", inBoth(status.UpdateFailed, message))
	untilEvent(b, "fixed", "UpdateFailed: cluster member2: "+message)
	requireSecret(t, "events", strings.Join(b.Events("fixed"), "\n"))
	copied, err := controlplanetest.Client(t, b.Servers[0]).CoreV1().Secrets(b.Namespace).Get(t.Context(), "fixed", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, map[string][]byte{"password": []byte("old")}, copied.Data)
	require.Equal(t, corev1.SecretTypeOpaque, copied.Type)
}

// requireSecret makes sure that a text does not give the password away.
func requireSecret(t *testing.T, what, text string) {
	t.Helper()
	encoded := base64.StdEncoding.EncodeToString([]byte(password))
	for line := range strings.Lines(text) {
		if strings.Contains(line, "battery") || strings.Contains(line, encoded) {
			require.Fail(t, "the password is in the "+what, line)
		}
	}
}

// lines are lines of a log.
type lines struct {
	mu    sync.Mutex
	lines []string
}

func (l *lines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
}

func (l *lines) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}
