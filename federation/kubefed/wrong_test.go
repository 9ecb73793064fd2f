package kubefed_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/internal/controlplane"
)

func named(name string) federation.ClusterName { return federation.ClusterName(name) }

// recordedMember is a member whose Secret is eu-token.
func recordedMember(server *controlplane.Server) *corev1beta1.KubeFedCluster {
	return &corev1beta1.KubeFedCluster{ObjectMeta: metav1.ObjectMeta{Name: "eu"}, Spec: corev1beta1.KubeFedClusterSpec{
		APIEndpoint: server.URL(), CABundle: server.CABundle(), SecretRef: corev1beta1.LocalSecretReference{Name: "eu-token"},
	}}
}

// What is wrong with a Secret is named with its key and its mend, and nothing of
// what the Secret holds.
func TestWrongSecretIsNamedWithItsMend(t *testing.T) {
	server := servers.Shared(t, "m1")[0]
	ann, ben := certified(t, server, "ann"), certified(t, server, "ben")
	certificate, key := string(ann.CertData), string(ann.KeyData)
	const fields = "write one of token, client-certificate-data with client-key-data, and exec"
	file := func(user clientcmdapi.AuthInfo) map[string]string {
		return map[string]string{"kubeconfig": userFile(t, &user)}
	}
	program := func(change func(*clientcmdapi.ExecConfig)) map[string]string {
		config := &clientcmdapi.ExecConfig{Command: "true", APIVersion: "client.authentication.k8s.io/v1", InteractiveMode: clientcmdapi.NeverExecInteractiveMode}
		change(config)
		return file(clientcmdapi.AuthInfo{Exec: config})
	}
	tests := map[string]struct {
		holds map[string]string
		want  string // after the name of the Secret
	}{
		"nothing":             {map[string]string{"password": "hidden"}, ` has no key "token": put a bearer token there`},
		"empty token":         {map[string]string{"token": " \n"}, ` has no key "token": put a bearer token there`},
		"two kinds":           {map[string]string{"token": "hidden", "tls.crt": certificate, "tls.key": key}, ` holds more than one credential: leave one of the keys "token", "tls.crt" with "tls.key", and "kubeconfig"`},
		"key missing":         {map[string]string{"tls.crt": certificate}, ` has no key "tls.key": put the private key there that belongs to "tls.crt"`},
		"certificate missing": {map[string]string{"tls.key": key}, ` has no key "tls.crt": put the client certificate there that belongs to "tls.key"`},
		"key of another":      {map[string]string{"tls.crt": certificate, "tls.key": string(ben.KeyData)}, `: the keys "tls.crt" and "tls.key" hold no client certificate with its private key (tls: private key does not match public key): put both there in PEM`},
		"no PEM":              {map[string]string{"tls.crt": "hidden", "tls.key": "hidden"}, `: the keys "tls.crt" and "tls.key" hold no client certificate with its private key (tls: failed to find any PEM data in certificate input): put both there in PEM`},
		"no file":             {map[string]string{"kubeconfig": "token: [hidden"}, `: the key "kubeconfig": it is not a kubeconfig file`},
		"a token for a file":  {map[string]string{"kubeconfig": "hidden"}, `: the key "kubeconfig": it is not a kubeconfig file`},
		"no context":          {map[string]string{"kubeconfig": "kind: Config"}, `: the key "kubeconfig": current-context is none of its contexts: name the one whose user is meant`},
		"no user":             {map[string]string{"kubeconfig": "{kind: Config, current-context: a, contexts: [{name: a, context: {user: b}}]}"}, `: the key "kubeconfig": the user of its current context is not among its users: add it`},
		"nobody":              {file(clientcmdapi.AuthInfo{}), `: the key "kubeconfig": its user has no credential, or more than one: ` + fields},
		"two in one":          {file(clientcmdapi.AuthInfo{Token: "hidden", ClientCertificateData: ann.CertData, ClientKeyData: ann.KeyData}), `: the key "kubeconfig": its user has no credential, or more than one: ` + fields},
		"a file elsewhere":    {file(clientcmdapi.AuthInfo{TokenFile: "/hidden"}), `: the key "kubeconfig": the field tokenFile of its user is not used: ` + fields},
		"somebody else":       {file(clientcmdapi.AuthInfo{Token: "hidden", Impersonate: "root"}), `: the key "kubeconfig": the field as of its user is not used: ` + fields},
		"password":            {file(clientcmdapi.AuthInfo{Username: "me", Password: "hidden"}), `: the key "kubeconfig": the field username of its user is not used: ` + fields},
		"strange token":       {file(clientcmdapi.AuthInfo{Token: "hidden too"}), `: the key "kubeconfig": the token of its user is something else than a bearer token`},
		"half a pair":         {file(clientcmdapi.AuthInfo{ClientKeyData: ann.KeyData}), `: the key "kubeconfig": client-certificate-data and client-key-data of its user are no client certificate with its private key (tls: failed to find any PEM data in certificate input): write both in PEM`},
		"no program":          {program(func(c *clientcmdapi.ExecConfig) { c.Command = "" }), `: the key "kubeconfig": exec.command of its user is empty: name the program`},
		"old program":         {program(func(c *clientcmdapi.ExecConfig) { c.APIVersion = "client.authentication.k8s.io/v1alpha1" }), `: the key "kubeconfig": exec.apiVersion of its user: write client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1`},
		"a program that asks": {program(func(c *clientcmdapi.ExecConfig) { c.InteractiveMode = clientcmdapi.AlwaysExecInteractiveMode }), `: the key "kubeconfig": exec.interactiveMode of its user is Always, but nobody is there to ask: write Never or IfAvailable`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{ResourceVersion: "1"}, Data: map[string][]byte{}}
			for k, v := range test.holds {
				secret.Data[k] = []byte(v)
			}
			_, err := kubefed.ConfigWith(kubefed.ConfigOptions{Exec: kubefed.ExecAllow}, recordedMember(server), secret)
			require.EqualError(t, err, `KubeFedCluster "eu": spec.secretRef.name: Secret "eu-token"`+test.want)
			require.NotContains(t, err.Error(), "hidden")
			require.NotContains(t, err.Error(), strings.Split(key, "\n")[1])
		})
	}
}
