package kubefed_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	clientauthenticationv1 "k8s.io/client-go/pkg/apis/clientauthentication/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/internal/controlplane"
)

// certified is a configuration of somebody with a client certificate, who may do
// everything.
func certified(t *testing.T, server *controlplane.Server, name string) *rest.Config {
	t.Helper()
	config, err := server.ConfigFor(controlplane.User{Name: name, Groups: []string{"system:masters"}})
	require.NoError(t, err)
	return config
}

// userFile is a kubeconfig file that leads nowhere: only its user is of use.
func userFile(t *testing.T, user *clientcmdapi.AuthInfo) string {
	t.Helper()
	file := clientcmdapi.NewConfig()
	file.CurrentContext = "mine"
	file.Contexts["mine"] = &clientcmdapi.Context{Cluster: "elsewhere", AuthInfo: "me"}
	file.Clusters["elsewhere"] = &clientcmdapi.Cluster{Server: "https://192.0.2.1:6443"}
	file.AuthInfos["me"] = user
	content, err := clientcmd.Write(*file)
	require.NoError(t, err)
	return string(content)
}

// plugin is a user whose credential a program gets; it leaves a file behind.
type plugin struct {
	*clientcmdapi.AuthInfo
	ran string
}

// newPlugin has a program get this.
func newPlugin(t *testing.T, got clientauthenticationv1.ExecCredentialStatus) plugin {
	t.Helper()
	const version = "client.authentication.k8s.io/v1"
	answer, err := json.Marshal(clientauthenticationv1.ExecCredential{
		TypeMeta: metav1.TypeMeta{APIVersion: version, Kind: "ExecCredential"}, Status: &got,
	})
	require.NoError(t, err)
	dir := t.TempDir()
	program, ran := filepath.Join(dir, "get-credential"), filepath.Join(dir, "ran")
	script := "#!/bin/sh\ntouch " + ran + "\ncat <<'END'\n" + string(answer) + "\nEND\n"
	require.NoError(t, os.WriteFile(program, []byte(script), 0o700))
	return plugin{ran: ran, AuthInfo: &clientcmdapi.AuthInfo{Exec: &clientcmdapi.ExecConfig{
		Command: program, APIVersion: version, InteractiveMode: clientcmdapi.NeverExecInteractiveMode,
	}}}
}

// who is whom the member takes the client for.
func who(t *testing.T, client kubernetes.Interface) string {
	t.Helper()
	answer, err := client.AuthenticationV1().SelfSubjectReviews().Create(t.Context(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		return err.Error()
	}
	return answer.Status.UserInfo.Username
}

func TestEachKindOfCredentialIsInForceAtOnce(t *testing.T) {
	h := newHost(t)
	member := servers.Shared(t, "m1")[0]
	ann, ben, cora, dan := certified(t, member, "ann"), certified(t, member, "ben"), certified(t, member, "cora"), certified(t, member, "dan")
	pair := func(c *rest.Config) map[string]string {
		return map[string]string{corev1beta1.CertificateKey: string(c.CertData), corev1beta1.PrivateKeyKey: string(c.KeyData)}
	}
	user := func(u *clientcmdapi.AuthInfo) map[string]string {
		return map[string]string{corev1beta1.KubeconfigKey: userFile(t, u)}
	}
	told := clientauthenticationv1.ExecCredentialStatus{Token: account(t, member, "third")}
	shown := clientauthenticationv1.ExecCredentialStatus{ClientCertificateData: string(dan.CertData), ClientKeyData: string(dan.KeyData)}
	steps := []struct {
		holds map[string]string
		who   string
	}{
		{map[string]string{corev1beta1.TokenKey: account(t, member, "first")}, "system:serviceaccount:default:first"},
		{pair(ann), "ann"},
		{pair(ben), "ben"},
		{user(&clientcmdapi.AuthInfo{Token: account(t, member, "second")}), "system:serviceaccount:default:second"},
		{user(&clientcmdapi.AuthInfo{ClientCertificateData: cora.CertData, ClientKeyData: cora.KeyData}), "cora"},
		{user(newPlugin(t, told).AuthInfo), "system:serviceaccount:default:third"},
		{user(newPlugin(t, shown).AuthInfo), "dan"},
		{map[string]string{corev1beta1.TokenKey: account(t, member, "first")}, "system:serviceaccount:default:first"},
	}
	h.secret("m1", steps[0].holds)
	h.put("m1", specOf(member), nil)
	options := h.options()
	options.Exec = kubefed.ExecAllow
	registry, _ := h.start(options)
	before, _ := await(t, registry, ready("m1")).Get("m1")
	config, err := registry.Config("m1")
	require.NoError(t, err)
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	for _, step := range steps {
		h.secret("m1", step.holds)
		eventually(t, func() bool { return who(t, client) == step.who }, "the client that was made with the first credential is now "+step.who)
	}
	after, _ := await(t, registry, ready("m1")).Get("m1")
	require.Equal(t, before.Connection, after.Connection, "it is reached as before")
	require.Empty(t, h.events.recorded())
}

func TestRefusedCredentialIsNamedByItsKind(t *testing.T) {
	h := newHost(t)
	all := servers.Shared(t, "m1", "host")
	member, another := all[0], certified(t, all[1], "ann") // whom another authority has certified
	h.secret("pair", map[string]string{corev1beta1.CertificateKey: string(another.CertData), corev1beta1.PrivateKeyKey: string(another.KeyData)})
	got := newPlugin(t, clientauthenticationv1.ExecCredentialStatus{Token: "not-a-token"})
	h.secret("plugin", map[string]string{corev1beta1.KubeconfigKey: userFile(t, got.AuthInfo)})
	silent := newPlugin(t, clientauthenticationv1.ExecCredentialStatus{})
	h.secret("silent", map[string]string{corev1beta1.KubeconfigKey: userFile(t, silent.AuthInfo)})
	address := member.URL()[len("https://"):]
	options := h.options()
	options.Exec, options.Health = kubefed.ExecAllow, calm()
	registry, _ := h.start(options)
	for name, want := range map[string]string{
		"pair":   address + ` does not accept the client certificate in Secret "pair" (401 Unauthorized): renew it`,
		"plugin": address + ` does not accept the credential plug-in in Secret "plugin" (401 Unauthorized): renew it`,
		"silent": "request to " + address + `: credential plug-in "get-credential": it writes neither a token nor a client certificate`,
	} {
		spec := specOf(member)
		spec.SecretRef.Name = name
		h.put(name, spec, nil)
		eventually(t, func() bool {
			m, _ := registry.Snapshot().Get(named(name))
			return m.Message == want
		}, want)
	}
}

func TestNobodyRunsAProgramUnasked(t *testing.T) {
	member := servers.Shared(t, "m1")[0]
	asked := newPlugin(t, clientauthenticationv1.ExecCredentialStatus{Token: account(t, member, "first")})
	object, secret := recordedMember(member), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{ResourceVersion: "1"}}
	secret.Data = map[string][]byte{corev1beta1.KubeconfigKey: []byte(userFile(t, asked.AuthInfo))}
	_, err := kubefed.ConfigOf(object, secret)
	require.EqualError(t, err, `KubeFedCluster "eu": spec.secretRef.name: Secret "eu-token": the key "kubeconfig": exec of its user names a program to run, which is refused: `+
		`write a token or a client certificate, or have whoever reads this Secret allow credential plug-ins`)
	require.NoFileExists(t, asked.ran)

	config, err := kubefed.ConfigWith(kubefed.ConfigOptions{Exec: kubefed.ExecAllow}, object, secret)
	require.NoError(t, err)
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	require.Equal(t, "system:serviceaccount:default:first", who(t, client))
	require.FileExists(t, asked.ran)

	_, err = kubefed.New(kubefed.Options{Host: member.Config(), Exec: "Perhaps"})
	require.EqualError(t, err, `kubefed registry: options: Exec: there is no "Perhaps"`)
}

func TestAProgramThatHangsHoldsNobodyUp(t *testing.T) {
	h := newHost(t)
	member := servers.Shared(t, "m1")[0]
	h.join(member, nil)
	hangs := newPlugin(t, clientauthenticationv1.ExecCredentialStatus{Token: "x"})
	require.NoError(t, os.WriteFile(hangs.Exec.Command, []byte("#!/bin/sh\ntouch "+hangs.ran+"\nexec sleep 600\n"), 0o700))
	h.secret("hangs", map[string]string{corev1beta1.KubeconfigKey: userFile(t, hangs.AuthInfo)})
	spec := specOf(member)
	spec.SecretRef.Name = "hangs"
	h.put("hangs", spec, nil)
	options := h.options()
	options.Exec = kubefed.ExecAllow
	registry, stop := h.start(options)
	await(t, registry, ready("m1"))
	eventually(t, func() bool { _, err := os.Stat(hangs.ran); return err == nil }, "the program runs")
	began := time.Now()
	stop()
	require.Less(t, time.Since(began), 10*time.Second, "nor the end")
}
