package verbs_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/fedrail/fedrail/examples/fedctl/verbs"
)

// asFedctl has the test binary be the program, so that it can be killed.
const asFedctl = "FEDRAIL_TEST_AS_FEDCTL"

// beFedctl is the program, and does not return.
func beFedctl() {
	os.Exit(verbs.Run(context.Background(), os.Args, genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}))
}

// killedAt runs the program as a process of its own, and kills it as soon as it tells of
// something.
func (w *world) killedAt(line string, args ...string) {
	w.Helper()
	all := append([]string{"--kubeconfig=" + w.kubeconfig, "--host-cluster-context=host"}, args...)
	command := exec.CommandContext(w.Context(), os.Args[0], all...)
	command.Env = append(os.Environ(), asFedctl+"=yes")
	told, err := command.StderrPipe()
	require.NoError(w, err)
	require.NoError(w, command.Start())
	seen := false
	for lines := bufio.NewScanner(told); !seen && lines.Scan(); {
		seen = strings.HasPrefix(lines.Text(), line)
	}
	require.True(w, seen, "it tells of %q", line)
	require.NoError(w, command.Process.Kill())
	_ = command.Wait() // it was killed
}

// kubeconfigOf writes a kubeconfig file for one user of a cluster.
func (w *world) kubeconfigOf(user string, config *rest.Config) string {
	w.Helper()
	file := clientcmdapi.NewConfig()
	file.Contexts["only"] = &clientcmdapi.Context{Cluster: "only", AuthInfo: user}
	file.Clusters["only"] = &clientcmdapi.Cluster{Server: config.Host, CertificateAuthorityData: config.CAData}
	file.AuthInfos[user] = &clientcmdapi.AuthInfo{ClientCertificateData: config.CertData, ClientKeyData: config.KeyData}
	file.CurrentContext = "only"
	path := filepath.Join(w.TempDir(), "kubeconfig")
	require.NoError(w, clientcmd.WriteToFile(*file, path))
	return path
}
