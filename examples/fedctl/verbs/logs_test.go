package verbs_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// kubelet answers for logs as one does, on the node that pods of a cluster are bound to:
// with a line that says what was asked for, without an end.
func (w *world) kubelet(cluster int, node string) {
	w.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/containerLogs/"+w.namespace+"/broken/") {
			http.Error(to, "the container is out of order", http.StatusInternalServerError)
			return
		}
		_, _ = fmt.Fprintf(to, "first\n%s %s", path.Base(r.URL.Path), r.URL.RawQuery)
	}))
	w.Cleanup(server.Close)
	port := server.Listener.Addr().(*net.TCPAddr).Port
	client := controlplanetest.Client(w.T, w.clusters[cluster])
	made, err := client.CoreV1().Nodes().Create(w.Context(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: node}}, metav1.CreateOptions{})
	require.NoError(w, err)
	made.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "127.0.0.1"}}
	made.Status.DaemonEndpoints.KubeletEndpoint.Port = int32(port)
	_, err = client.CoreV1().Nodes().UpdateStatus(w.Context(), made, metav1.UpdateOptions{})
	require.NoError(w, err)
}

// pod makes a pod that is bound to a node, and is a Deployment's where there is one.
func (w *world) pod(cluster int, name, node string) {
	w.Helper()
	spec := map[string]any{"nodeName": node, "containers": []any{map[string]any{"name": "web", "image": "web:1"}, map[string]any{"name": "proxy", "image": "proxy:1"}}}
	object := map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": name}, "spec": spec}
	if deployment := w.get(w.clusters[cluster].Config(), "deployments", "web"); name != "broken" {
		object = below(deployment, name, spec)
		object["apiVersion"], object["kind"] = "v1", "Pod"
	}
	w.create(cluster, kind("pods"), object)
}

func TestLogsOfAllClustersSayWhereTheyAreFrom(t *testing.T) {
	w := deploy(t)
	node := "node-" + w.namespace
	w.kubelet(0, node)
	w.kubelet(1, node)
	w.pod(1, "web-7f-1", node)
	own := []string{"logs", "-n", w.namespace, "--member-access=kubeconfig"}

	require.Equal(t, result{out: "first\nweb "}, w.ok(append(own, "web-7f-1")...))
	require.Equal(t, "first\nproxy follow=true&sinceSeconds=300&tailLines=5&timestamps=true",
		w.ok(append(own, "pod/web-7f-1", "-C", "madrid", "-f", "--tail=5", "--since=5m", "-c", "proxy", "--timestamps")...).out)
	require.Equal(t, "madrid/web-7f-1/web first\nmadrid/web-7f-1/web web \nmadrid/web-7f-1/proxy first\nmadrid/web-7f-1/proxy proxy \n",
		w.ok(append(own, "pod", "web-7f-1", "--all-containers")...).out)
	require.Equal(t, "madrid/web-7f-1 first\nmadrid/web-7f-1 web \n", w.ok(append(own, "deployment/web")...).out, "pods without a node have no log yet")
	r := w.fedctl(append(own, "deployment/web", "--most=2")...)
	require.Equal(t, result{code: 1, err: "error: there are 3 logs, and 2 are the most: name a cluster (-C) or a pod, or allow more (--most)\n"}, r)
}

func TestWhyALogCannotBeReadIsSaidWithItsCluster(t *testing.T) {
	w := deploy(t)
	w.kubelet(0, "node-"+w.namespace)
	w.pod(0, "broken", "node-"+w.namespace)
	w.pod(1, "broken", "none")
	own := []string{"logs", "-n", w.namespace, "--member-access=kubeconfig"}

	r := w.fedctl(append(own, "broken", "-C", "madrid")...)
	require.Equal(t, result{code: 1, err: "error: cluster madrid: pod broken: pods \"none\" not found\n"}, r)
	r = w.fedctl(append(own, "broken")...)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "warning: cluster berlin: pod broken: ")
	require.Contains(t, r.err, "warning: cluster madrid: pod broken: pods \"none\" not found\nerror: none of the 2 logs can be read\n")
	w.pod(1, "web-7f-2", "none")
	require.Equal(t, result{code: 3, err: "warning: cluster madrid: pod web-7f-2: pods \"none\" not found\n"}, w.fedctl(append(own, "deployment/web")...))

	r = w.fedctl(append(own, "web-5d-0", "-c", "sidecar")...)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "error: cluster berlin: pod web-5d-0: container sidecar is not valid for pod web-5d-0")
	r = w.fedctl("logs", "web-5d-0", "-n", w.namespace)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, `error: cluster berlin: pod web-5d-0: pods "web-5d-0" is forbidden: `)
	require.Contains(t, r.err, `cannot get resource "pods/log"`)
}

func TestWhatIsWrongWithLogsIsSaidInOneLine(t *testing.T) {
	w := newFederation(t, []string{"berlin"}, "deployments.apps")
	for wrong, args := range map[string][]string{
		`--tail -2: want -1 or more`:                                            {"a", "--tail=-2"},
		`--since -1s: want 0 or more`:                                           {"a", "--since=-1s"},
		`--all-containers and --container: leave out one of the two`:            {"a", "--all-containers", "-c", "b"},
		`there are no pods of the name "a" in namespace "none" in the clusters`: {"a", "-n", "none"},
		`there is no FederatedDeployment "a" in namespace "none"`:               {"deployment/a", "-n", "none"},
		`no member has the name "paris"; members: berlin`:                       {"a", "-C", "paris"},
	} {
		r := w.fedctl(append([]string{"logs"}, args...)...)
		require.Equal(t, 1, r.code, wrong)
		require.Empty(t, r.out, wrong)
		require.Contains(t, r.err, "error: "+wrong)
		require.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
	}
}
