package controlplane

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// User is somebody with a client certificate.
type User struct {
	Name     string
	Groups   []string      // "system:masters" may do everything
	Lifetime time.Duration // of the certificate; negative: it has expired; default: ten years
}

// prepare makes the folder of the server with all its certificates and keys.
func (s *Server) prepare() error {
	var err error
	if s.authority, err = newAuthority(s.opts.Name); err != nil {
		return err
	}
	key, err := signingKey()
	if err != nil {
		return err
	}
	return errors.Join(
		os.MkdirAll(s.dir, 0o700),
		s.write("ca.crt", s.authority.pem),
		s.write("tokens.key", key),
		s.Renew(cmp.Or(s.opts.ServingLifetime, longLifetime)),
	)
}

// Renew gives the server another certificate of the same authority. The server
// reads it within a minute, or at its next Restart.
func (s *Server) Renew(lifetime time.Duration) error {
	serving, err := s.authority.serving(lifetime)
	if err != nil {
		return err
	}
	return errors.Join(s.write("serving.crt", serving.cert), s.write("serving.key", serving.key))
}

// Config is the administrator's, who may do everything. It is a copy, with no
// limit on the client's rate.
func (s *Server) Config() *rest.Config { return rest.CopyConfig(s.admin) }

// ConfigFor is a configuration with a certificate for the user, who may do only
// what RBAC in the server grants.
func (s *Server) ConfigFor(user User) (*rest.Config, error) {
	user.Lifetime = cmp.Or(user.Lifetime, longLifetime)
	client, err := s.authority.client(user)
	if err != nil {
		return nil, err
	}
	config := s.anonymous()
	config.CertData, config.KeyData = client.cert, client.key
	return config, nil
}

// ConfigWithToken is a configuration that sends the bearer token.
func (s *Server) ConfigWithToken(token string) *rest.Config {
	config := s.anonymous()
	config.BearerToken = token
	return config
}

func (s *Server) anonymous() *rest.Config {
	return &rest.Config{
		Host:            s.url,
		QPS:             -1,
		TLSClientConfig: rest.TLSClientConfig{CAData: s.CABundle()},
	}
}

// Token asks the server for a token of a service account that exists. The server
// gives none for less than ten minutes.
func (s *Server) Token(ctx context.Context, account types.NamespacedName, lifetime time.Duration) (string, error) {
	client, err := kubernetes.NewForConfig(s.admin)
	if err != nil {
		return "", err
	}
	seconds := int64(lifetime.Seconds())
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}
	answer, err := client.CoreV1().ServiceAccounts(account.Namespace).CreateToken(ctx, account.Name, request, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("token of service account %s in %q: %w", account, s.opts.Name, err)
	}
	return answer.Status.Token, nil
}

// CABundle is the certificate, in PEM, that clients verify the server with. It is
// a copy.
func (s *Server) CABundle() []byte { return bytes.Clone(s.authority.pem) }

// Kubeconfig is a kubeconfig file for the administrator. Its one context, cluster
// and user have the name of the server.
func (s *Server) Kubeconfig() ([]byte, error) { return Kubeconfig(s) }

// Kubeconfig is one kubeconfig file with a context for each server, named like
// it. The first is the current one.
func Kubeconfig(servers ...*Server) ([]byte, error) {
	file := clientcmdapi.NewConfig()
	for _, s := range servers {
		name := s.opts.Name
		file.CurrentContext = cmp.Or(file.CurrentContext, name)
		file.Clusters[name] = &clientcmdapi.Cluster{Server: s.url, CertificateAuthorityData: s.CABundle()}
		file.AuthInfos[name] = &clientcmdapi.AuthInfo{ClientCertificateData: s.admin.CertData, ClientKeyData: s.admin.KeyData}
		file.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	}
	return clientcmd.Write(*file)
}
