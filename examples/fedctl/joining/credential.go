// Package joining reads what a cluster that joins a federation brings along: a
// credential that is there already, and rights that somebody wrote down.
package joining

import (
	"errors"
	"fmt"
	"os"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/yaml"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
)

// Credential is the content of a Secret on the host, and what to know about it.
type Credential struct {
	Data map[string][]byte
	// Exec is the program that makes it; empty where none does.
	Exec string
}

// CredentialOf is the credential that a context of a kubeconfig has, as that of the
// federation: its token, its client certificate, or the program that makes one.
func CredentialOf(config clientcmdapi.Config, context string) (Credential, error) {
	if err := clientcmdapi.MinifyConfig(withContext(&config, context)); err != nil {
		return Credential{}, fmt.Errorf("context %q: %w", context, err)
	}
	if err := clientcmdapi.FlattenConfig(&config); err != nil { // files become their content
		return Credential{}, fmt.Errorf("context %q: %w", context, err)
	}
	user := config.AuthInfos[config.Contexts[context].AuthInfo]
	switch {
	case user == nil:
		return Credential{}, fmt.Errorf("context %q has no user", context)
	case user.Exec != nil:
		return execOf(config, user)
	case len(user.ClientCertificateData) > 0:
		return Credential{Data: map[string][]byte{
			corev1beta1.CertificateKey: user.ClientCertificateData, corev1beta1.PrivateKeyKey: user.ClientKeyData,
		}}, nil
	case user.Token != "" || user.TokenFile != "":
		token, err := tokenIn(user)
		return Credential{Data: map[string][]byte{corev1beta1.TokenKey: []byte(token)}}, err
	}
	return Credential{}, fmt.Errorf("context %q: its user has neither token, client certificate nor exec plug-in", context)
}

func withContext(config *clientcmdapi.Config, context string) *clientcmdapi.Config {
	config.CurrentContext = context
	return config
}

func tokenIn(user *clientcmdapi.AuthInfo) (string, error) {
	if user.TokenFile == "" {
		return user.Token, nil
	}
	content, err := os.ReadFile(user.TokenFile)
	return strings.TrimSpace(string(content)), err
}

// execOf keeps a kubeconfig file, which says which program makes the credential.
func execOf(config clientcmdapi.Config, user *clientcmdapi.AuthInfo) (Credential, error) {
	content, err := clientcmd.Write(config)
	return Credential{Data: map[string][]byte{corev1beta1.KubeconfigKey: content}, Exec: user.Exec.Command}, err
}

// CredentialIn reads a file with a credential: a kubeconfig file, whose current context
// counts, or nothing but a bearer token.
func CredentialIn(file string) (Credential, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return Credential{}, err
	}
	token := strings.TrimSpace(string(content))
	if token != "" && !strings.ContainsAny(token, " \n:{") {
		return Credential{Data: map[string][]byte{corev1beta1.TokenKey: []byte(token)}}, nil
	}
	config, err := clientcmd.LoadFromFile(file) // keeps where the files are that it names
	if err != nil || config.CurrentContext == "" {
		return Credential{}, errors.Join(fmt.Errorf("%s: want a bearer token and nothing else, or a kubeconfig file with a current context", file), err)
	}
	return CredentialOf(*config, config.CurrentContext)
}

// RulesOf are the rights that --rbac asks for; nil is what the enabled types need.
func RulesOf(rbac string) ([]rbacv1.PolicyRule, error) {
	switch rbac {
	case "minimal":
		return nil, nil
	case "admin":
		return setup.AllRights(), nil
	}
	content, err := os.ReadFile(rbac)
	if err != nil {
		return nil, fmt.Errorf("want minimal, admin, or a file with a ClusterRole: %w", err)
	}
	role := rbacv1.ClusterRole{}
	if err := yaml.UnmarshalStrict(content, &role); err != nil {
		return nil, fmt.Errorf("%s: %w", rbac, err)
	}
	if (role.Kind != "ClusterRole" && role.Kind != "Role") || len(role.Rules) == 0 {
		return nil, fmt.Errorf("%s: want a ClusterRole or a Role with rules, not %q", rbac, role.Kind)
	}
	return role.Rules, nil
}
