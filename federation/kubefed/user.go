package kubefed

import (
	"errors"
	"fmt"
	"slices"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/fedrail/fedrail/internal/credential"
)

// ExecPolicy says whether credential plug-ins run: programs that the kubeconfig
// file in a member's Secret names. They run on the machine, and with the rights, of
// whoever reads it, so that whoever may write the Secret may do there what he likes.
type ExecPolicy string

// The values of an ExecPolicy.
const (
	ExecRefuse ExecPolicy = ""      // none runs
	ExecAllow  ExecPolicy = "Allow" // any does
)

func (p ExecPolicy) validate() error {
	if p != ExecRefuse && p != ExecAllow {
		return fmt.Errorf("options: Exec: there is no %q", string(p))
	}
	return nil
}

// readUser reads the credential of the user of a kubeconfig file's current context.
// The errors of client-go are not told: they may quote the file.
func readUser(file string, exec ExecPolicy) (credential.Value, error) {
	config, err := clientcmd.Load([]byte(file))
	if err != nil {
		return credential.Value{}, errors.New("it is not a kubeconfig file")
	}
	current := config.Contexts[config.CurrentContext]
	if current == nil {
		return credential.Value{}, errors.New("current-context is none of its contexts: name the one whose user is meant")
	}
	user := config.AuthInfos[current.AuthInfo]
	if user == nil {
		return credential.Value{}, errors.New("the user of its current context is not among its users: add it")
	}
	if unused := unusable(user); unused != "" {
		return credential.Value{}, fmt.Errorf("the field %s of its user is not used: write one of token, client-certificate-data with client-key-data, and exec", unused)
	}
	return proven(user, exec)
}

// unusable names a field that would make the user somebody else if it counted: it
// refers to a file on another machine, is an identity in place of the credential's,
// or is what API servers know no more.
func unusable(user *clientcmdapi.AuthInfo) string {
	impersonated := user.Impersonate != "" || user.ImpersonateUID != "" || len(user.ImpersonateGroups)+len(user.ImpersonateUserExtra) > 0
	switch {
	case user.TokenFile != "":
		return "tokenFile"
	case user.ClientCertificate != "":
		return "client-certificate"
	case user.ClientKey != "":
		return "client-key"
	case user.Username != "" || user.Password != "":
		return "username"
	case user.AuthProvider != nil:
		return "auth-provider"
	case impersonated:
		return "as"
	}
	return ""
}

// proven is the one credential that a user has.
func proven(user *clientcmdapi.AuthInfo, exec ExecPolicy) (credential.Value, error) {
	certified := len(user.ClientCertificateData)+len(user.ClientKeyData) > 0
	has := slices.DeleteFunc([]bool{user.Token != "", certified, user.Exec != nil}, func(has bool) bool { return !has })
	switch {
	case len(has) != 1:
		return credential.Value{}, errors.New("its user has no credential, or more than one: write one of token, client-certificate-data with client-key-data, and exec")
	case user.Exec != nil:
		return readExec(user.Exec, exec)
	case !certified && !isToken(user.Token):
		return credential.Value{}, errors.New("the token of its user is something else than a bearer token")
	case !certified:
		return credential.Value{Token: user.Token}, nil
	}
	value, err := credential.Pair(user.ClientCertificateData, user.ClientKeyData)
	if err != nil {
		return credential.Value{}, fmt.Errorf("client-certificate-data and client-key-data of its user are no client certificate with its private key (%w): write both in PEM", err)
	}
	return value, nil
}

func readExec(config *clientcmdapi.ExecConfig, exec ExecPolicy) (credential.Value, error) {
	versions := []string{"client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"}
	switch {
	case exec != ExecAllow:
		return credential.Value{}, errors.New("exec of its user names a program to run, which is refused: write a token or a client certificate, or have whoever reads this Secret allow credential plug-ins")
	case config.Command == "":
		return credential.Value{}, errors.New("exec.command of its user is empty: name the program")
	case !slices.Contains(versions, config.APIVersion):
		return credential.Value{}, fmt.Errorf("exec.apiVersion of its user: write %s or %s", versions[0], versions[1])
	case config.InteractiveMode == clientcmdapi.AlwaysExecInteractiveMode:
		return credential.Value{}, errors.New("exec.interactiveMode of its user is Always, but nobody is there to ask: write Never or IfAvailable")
	}
	return credential.Value{Exec: config}, nil
}
