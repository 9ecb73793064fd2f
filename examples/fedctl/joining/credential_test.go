package joining_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/fedrail/fedrail/examples/fedctl/joining"
)

// file writes a file of its own.
func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// ofUser is a kubeconfig with one context.
func ofUser(user *clientcmdapi.AuthInfo) clientcmdapi.Config {
	config := clientcmdapi.NewConfig()
	config.Contexts["berlin"] = &clientcmdapi.Context{Cluster: "berlin", AuthInfo: "me"}
	config.Clusters["berlin"] = &clientcmdapi.Cluster{Server: "https://192.0.2.1"}
	config.AuthInfos["me"] = user
	return *config
}

func TestTheCredentialOfAContextIsTaken(t *testing.T) {
	for name, c := range map[string]struct {
		user *clientcmdapi.AuthInfo
		want map[string][]byte
	}{
		"a token":           {user: &clientcmdapi.AuthInfo{Token: "abc"}, want: map[string][]byte{"token": []byte("abc")}},
		"a token in a file": {user: &clientcmdapi.AuthInfo{TokenFile: file(t, "abc\n")}, want: map[string][]byte{"token": []byte("abc")}},
		"a certificate": {
			user: &clientcmdapi.AuthInfo{ClientCertificateData: []byte("cert"), ClientKeyData: []byte("key")},
			want: map[string][]byte{"tls.crt": []byte("cert"), "tls.key": []byte("key")},
		},
		"a certificate in files": {
			user: &clientcmdapi.AuthInfo{ClientCertificate: file(t, "cert"), ClientKey: file(t, "key")},
			want: map[string][]byte{"tls.crt": []byte("cert"), "tls.key": []byte("key")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := joining.CredentialOf(ofUser(c.user), "berlin")
			require.NoError(t, err)
			require.Equal(t, joining.Credential{Data: c.want}, got)
		})
	}
}

func TestAProgramThatMakesACredentialIsNamed(t *testing.T) {
	got, err := joining.CredentialOf(ofUser(&clientcmdapi.AuthInfo{Exec: &clientcmdapi.ExecConfig{
		Command: "cloud-login", APIVersion: "client.authentication.k8s.io/v1", InteractiveMode: clientcmdapi.NeverExecInteractiveMode,
	}}), "berlin")
	require.NoError(t, err)
	require.Equal(t, "cloud-login", got.Exec)
	require.Contains(t, string(got.Data["kubeconfig"]), "command: cloud-login")
	require.Contains(t, string(got.Data["kubeconfig"]), "current-context: berlin")
}

func TestAContextWithoutACredentialIsSaidToHaveNone(t *testing.T) {
	_, err := joining.CredentialOf(ofUser(&clientcmdapi.AuthInfo{Username: "me"}), "berlin")
	require.EqualError(t, err, `context "berlin": its user has neither token, client certificate nor exec plug-in`)
	_, err = joining.CredentialOf(ofUser(&clientcmdapi.AuthInfo{}), "madrid")
	require.ErrorContains(t, err, `context "madrid"`)
}

func TestAFileHasATokenOrIsAKubeconfigFile(t *testing.T) {
	got, err := joining.CredentialIn(file(t, "abc.def.ghi\n"))
	require.NoError(t, err)
	require.Equal(t, map[string][]byte{"token": []byte("abc.def.ghi")}, got.Data)
	got, err = joining.CredentialIn(file(t, `{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}],
		clusters: [{name: c, cluster: {server: "https://192.0.2.1"}}], users: [{name: u, user: {token: abc}}]}`))
	require.NoError(t, err)
	require.Equal(t, map[string][]byte{"token": []byte("abc")}, got.Data)
	for _, wrong := range []string{"", "two words", "kind: ConfigMap"} {
		_, err = joining.CredentialIn(file(t, wrong))
		require.ErrorContains(t, err, "want a bearer token and nothing else, or a kubeconfig file with a current context", wrong)
	}
}

func TestRightsAreThoseThatSomebodyWroteDown(t *testing.T) {
	rules, err := joining.RulesOf("minimal")
	require.NoError(t, err)
	require.Nil(t, rules)
	rules, err = joining.RulesOf("admin")
	require.NoError(t, err)
	require.Contains(t, rules, rbacv1.PolicyRule{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"*"}})
	for content, says := range map[string]string{
		"kind: ConfigMap":            `want a ClusterRole or a Role with rules, not "ConfigMap"`,
		"kind: ClusterRole":          "want a ClusterRole or a Role with rules",
		"kind: ClusterRole\nrule: 1": `unknown field "rule"`,
	} {
		_, err = joining.RulesOf(file(t, content))
		require.ErrorContains(t, err, says)
	}
}
