package credential_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	clientauthenticationv1 "k8s.io/client-go/pkg/apis/clientauthentication/v1"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/fedrail/fedrail/internal/credential"
)

const version = "client.authentication.k8s.io/v1"

// program is a plug-in that counts its runs in a file, and says on which run it is.
type program struct {
	t    *testing.T
	runs string
	credential.Value
}

// newProgram makes one that writes the status, where $n is the number of the run.
func newProgram(t *testing.T, status string) *program {
	dir := t.TempDir()
	path, runs := filepath.Join(dir, "plugin"), filepath.Join(dir, "runs")
	script := "#!/bin/sh\necho run >> " + runs + "\nn=$(grep -c run " + runs + ")\n" +
		`echo "{\"apiVersion\":\"` + version + `\",\"kind\":\"ExecCredential\",\"status\":` + strings.ReplaceAll(status, `"`, `\"`) + "}\"\n"
	return &program{t: t, runs: runs, Value: written(t, path, script)}
}

func written(t *testing.T, path, script string) credential.Value {
	require.NoError(t, os.WriteFile(path, []byte(script), 0o700))
	return credential.Value{Exec: &clientcmdapi.ExecConfig{Command: path, APIVersion: version}}
}

func (p *program) ran() int {
	content, err := os.ReadFile(p.runs)
	if err != nil {
		return 0
	}
	return strings.Count(string(content), "run")
}

// refusing is a wire that refuses these.
type refusing struct {
	sent
	refused string
}

func (r *refusing) RoundTrip(req *http.Request) (*http.Response, error) {
	answer, err := r.sent.RoundTrip(req)
	if r.authorization == "Bearer "+r.refused {
		answer.StatusCode = http.StatusUnauthorized
	}
	return answer, err
}

func ask(ctx context.Context, c *credential.Credential, wire http.RoundTripper) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://eu:6443/version", nil)
	if err != nil {
		return err
	}
	_, err = c.Wrapper("eu:6443")(wire).RoundTrip(req)
	return err
}

func TestPluginRunsOnceUntilWhatItGotIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProgram(t, `{"token":"token-$n"}`)
		c := credential.New(credential.Options{Value: p.Value})
		wire := &refusing{}
		for range 3 {
			require.NoError(t, ask(t.Context(), c, wire))
			require.Equal(t, "Bearer token-1", wire.authorization)
		}
		require.Equal(t, 1, p.ran())
		wire.refused = "token-1"
		for range 10 {
			require.NoError(t, ask(t.Context(), c, wire))
		}
		require.Equal(t, 1, p.ran(), "it is not run for each request that is refused")
		time.Sleep(5 * time.Second)
		require.NoError(t, ask(t.Context(), c, wire))
		require.Equal(t, "Bearer token-2", wire.authorization)
	})
}

func TestPluginRunsAgainWhenWhatItGotHasExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		c := credential.New(credential.Options{Value: newProgram(t, `{"token":"token-$n","expirationTimestamp":"`+end+`"}`).Value})
		wire := &sent{}
		require.NoError(t, ask(t.Context(), c, wire))
		time.Sleep(59 * time.Minute)
		require.NoError(t, ask(t.Context(), c, wire))
		require.Equal(t, "Bearer token-1", wire.authorization)
		time.Sleep(2 * time.Minute)
		require.NoError(t, ask(t.Context(), c, wire))
		require.Equal(t, "Bearer token-2", wire.authorization)
	})
}

func TestPluginThatGetsNothingSaysSoAndNothingElse(t *testing.T) {
	tests := map[string]struct{ script, want string }{
		"fails":   {"echo hidden; exit 3", "exit status 3"},
		"mumbles": {"echo hidden", "what it writes is not JSON"},
		"another": {`echo '{"kind":"ExecCredential","apiVersion":"v0","status":{"token":"hidden"}}'`, "it does not write an ExecCredential of " + version},
		"nothing": {`echo '{"kind":"ExecCredential","apiVersion":"` + version + `"}'`, "it writes neither a token nor a client certificate"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			value := written(t, filepath.Join(t.TempDir(), "plugin"), "#!/bin/sh\n"+test.script+"\n")
			err := ask(t.Context(), credential.New(credential.Options{Value: value}), &sent{})
			require.EqualError(t, err, `credential plug-in "plugin": `+test.want)
		})
	}
}

func TestPluginKnowsItsClusterWhenItAsks(t *testing.T) {
	const script = "#!/bin/sh\n" + `case "$KUBERNETES_EXEC_INFO-$FLAVOUR" in *https://eu:6443*-sweet) token=known;; *) token=unknown;; esac
echo '{"kind":"ExecCredential","apiVersion":"` + version + `","status":{"token":"'$token'"}}'` + "\n"
	cluster := clientauthenticationv1.Cluster{Server: "https://eu:6443"}
	for want, asks := range map[string]bool{"Bearer known": true, "Bearer unknown": false} {
		value := written(t, filepath.Join(t.TempDir(), "plugin"), script)
		value.Exec.ProvideClusterInfo = asks
		value.Exec.Env = []clientcmdapi.ExecEnvVar{{Name: "FLAVOUR", Value: "sweet"}}
		wire := &sent{}
		require.NoError(t, ask(t.Context(), credential.New(credential.Options{Value: value, Cluster: cluster}), wire))
		require.Equal(t, want, wire.authorization)
	}
}

func TestPluginThatHangsHoldsNobodyWhoLeaves(t *testing.T) {
	dir := t.TempDir()
	started := filepath.Join(dir, "started")
	c := credential.New(credential.Options{Value: written(t, filepath.Join(dir, "plugin"), "#!/bin/sh\ntouch "+started+"\nexec sleep 600\n")})
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- ask(ctx, c, &sent{}) }()
	require.Eventually(t, func() bool { _, err := os.Stat(started); return err == nil }, time.Minute, 10*time.Millisecond)

	hasty, tire := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer tire()
	require.ErrorIs(t, ask(hasty, c, &sent{}), context.DeadlineExceeded, "another request waits no longer than it may")
	leave()
	require.ErrorIs(t, <-ended, context.Canceled)
}
