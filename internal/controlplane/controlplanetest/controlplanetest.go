package controlplanetest

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/client-go/kubernetes"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// Binaries are those that controlplane.Find finds. Where there are none, the test
// is skipped, or fails when the environment says CI=true. With -short every test
// that asks is skipped.
func Binaries(t testing.TB) controlplane.Binaries {
	t.Helper()
	if testing.Short() {
		t.Skip("needs real API servers, which -short leaves out")
	}
	bins, err := controlplane.Find()
	if err == nil {
		return bins
	}
	if os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	t.Skip(err)
	return bins
}

// Client is a typed client of the server's administrator.
func Client(t testing.TB, server *controlplane.Server) *kubernetes.Clientset {
	t.Helper()
	client, err := kubernetes.NewForConfig(server.Config())
	require.NoError(t, err)
	return client
}

// Namespace creates a namespace that no other test has, the same in each of the
// servers, and is its name. It is not deleted: the server itself goes soon.
func Namespace(t testing.TB, servers ...*controlplane.Server) string {
	t.Helper()
	name := "test-" + rand.String(10)
	for _, server := range servers {
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
		_, err := Client(t, server).CoreV1().Namespaces().Create(context.Background(), namespace, metav1.CreateOptions{})
		require.NoError(t, err, "namespace in %s", server.Cluster())
	}
	return name
}

// showLogOnFailure prints the end of the process's log when the test has failed.
func showLogOnFailure(t testing.TB, process *controlplane.Process) {
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of %s:\n%s", process.LogFile(), process.LogTail())
		}
	})
}
