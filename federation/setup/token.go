package setup

import (
	"cmp"
	"context"
	"fmt"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// tokenLifetime is that of tokens unless somebody says otherwise.
const tokenLifetime = 30 * 24 * time.Hour

// ask is for a token.
type ask struct {
	account  types.NamespacedName
	lifetime time.Duration // default tokenLifetime
}

// tokenOf is a new token of a service account.
func tokenOf(ctx context.Context, cluster *rest.Config, a ask) (string, error) {
	client, err := kubernetes.NewForConfig(cluster)
	if err != nil {
		return "", err
	}
	account, seconds := a.account, int64(cmp.Or(a.lifetime, tokenLifetime).Seconds())
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}
	token, err := client.CoreV1().ServiceAccounts(account.Namespace).CreateToken(ctx, account.Name, request, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("token of service account %q: %w", account.Name, err)
	}
	return token.Status.Token, nil
}

// tokenFile is a kubeconfig file with a new token of a service account, and one
// context of that name.
func tokenFile(ctx context.Context, name string, cluster *rest.Config, account types.NamespacedName) ([]byte, error) {
	token, err := tokenOf(ctx, cluster, ask{account: account})
	if err != nil {
		return nil, err
	}
	file := clientcmdapi.NewConfig()
	file.CurrentContext = name
	file.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: account.Name, Namespace: account.Namespace}
	file.Clusters[name] = &clientcmdapi.Cluster{Server: cluster.Host, CertificateAuthorityData: cluster.CAData}
	file.AuthInfos[account.Name] = &clientcmdapi.AuthInfo{Token: token}
	return clientcmd.Write(*file)
}
