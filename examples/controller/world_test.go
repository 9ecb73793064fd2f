package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// quick is a config with a lease that is soon lost and probes that follow soon.
const quick = `
apiVersion: core.kubefed.io/v1beta1
kind: KubeFedConfig
metadata:
  name: kubefed
spec:
  scope: Cluster
  leaderElect:
    leaseDuration: 3s
    renewDeadline: 2s
    retryPeriod: 500ms
  clusterHealthCheck:
    period: 1s
`

// world is a host of its own, with members and a federated namespace.
type world struct {
	t          *testing.T
	host       *controlplane.Server
	client     dynamic.Interface      // of the host
	kubeconfig string                 // of the controller, who is no administrator
	servers    []*controlplane.Server // of the members
	members    []kubernetes.Interface
	theirs     map[federation.ClusterName][]unstructured.Unstructured // what somebody else has in the members
	namespace  string
}

// newWorld has clusters of these names join. Namespaces and ConfigMaps are
// enabled. No controller runs yet.
func newWorld(t *testing.T, names ...string) *world {
	t.Helper()
	w := newHost(t, federation.ClusterScoped)
	for _, server := range servers.Shared(t, names...) {
		w.join(server)
	}
	w.namespace = controlplanetest.Namespace(t, w.host)
	w.declare("federatednamespaces", w.namespace, map[string]any{})
	return w
}

// newHost is a world without members, and without a federated namespace.
func newHost(t *testing.T, scope federation.Scope) *world {
	t.Helper()
	w := &world{t: t, host: servers.Fresh(t, "host")[0]}
	client, err := dynamic.NewForConfig(w.host.Config())
	require.NoError(t, err)
	w.client = client
	host := w.setup()
	if scope != federation.ClusterScoped {
		host.Scope = scope
	}
	require.NoError(t, host.Install(t.Context()))
	content, err := host.Kubeconfig(t.Context())
	require.NoError(t, err)
	w.kubeconfig = file(t, "kubeconfig", string(content))
	require.NoError(t, host.Enable(t.Context(), "namespaces", "configmaps"))
	return w
}

func (w *world) setup() setup.Host {
	return setup.Host{Config: w.host.Config(), Namespace: corev1beta1.DefaultNamespace}
}

// join makes the server a member, under its own name.
func (w *world) join(server *controlplane.Server) {
	w.t.Helper()
	require.NoError(w.t, w.setup().Join(w.t.Context(), member(server)))
	w.servers = append(w.servers, server)
	w.members = append(w.members, controlplanetest.Client(w.t, server))
}

// member is a server as one that joins, under its own name.
func member(server *controlplane.Server) setup.Member {
	return setup.Member{Name: server.Cluster(), Config: server.Config()}
}

// start starts a controller, with the config in the file or, when that is empty,
// the one on the host.
func (w *world) start(config string) *process {
	w.t.Helper()
	args := []string{"--kubeconfig=" + w.kubeconfig, "--healthz-addr=127.0.0.1:0", "--metrics-addr="}
	if config != "" {
		args = append(args, "--kubefed-config="+file(w.t, "config.yaml", config))
	}
	return startProcess(w.t, args...)
}

func federatedTypes(plural string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "types.kubefed.io", Version: "v1beta1", Resource: plural}
}

// federated are the federated objects of a type in the namespace.
func (w *world) federated(plural string) dynamic.ResourceInterface {
	return w.client.Resource(federatedTypes(plural)).Namespace(w.namespace)
}

// declare creates a federated object that is placed in every member.
func (w *world) declare(plural, name string, template map[string]any) {
	w.t.Helper()
	kind := map[string]string{"federatednamespaces": "FederatedNamespace", "federatedconfigmaps": "FederatedConfigMap"}[plural]
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "types.kubefed.io/v1beta1", "kind": kind,
		"metadata": map[string]any{"name": name},
		"spec": map[string]any{
			"template":  template,
			"placement": map[string]any{"clusterSelector": map[string]any{}},
		},
	}}
	_, err := w.federated(plural).Create(context.Background(), object, metav1.CreateOptions{})
	require.NoError(w.t, err)
}

// declareConfigMap declares one that holds its own name.
func (w *world) declareConfigMap(name string) {
	w.t.Helper()
	w.declare("federatedconfigmaps", name, map[string]any{"data": map[string]any{"name": name}})
}

// held are the ConfigMaps of ours in a member: what each one holds.
func (w *world) held(member kubernetes.Interface) map[string]string {
	w.t.Helper()
	list, err := member.CoreV1().ConfigMaps(w.namespace).List(context.Background(), metav1.ListOptions{LabelSelector: "kubefed.io/managed=true"})
	require.NoError(w.t, err)
	held := map[string]string{}
	for _, c := range list.Items {
		held[c.Name] = c.Data["name"]
	}
	return held
}

// arrives waits until every member has the ConfigMap.
func (w *world) arrives(name string) {
	w.t.Helper()
	for _, member := range w.members {
		require.Eventually(w.t, func() bool {
			got, err := member.CoreV1().ConfigMaps(w.namespace).Get(context.Background(), name, metav1.GetOptions{})
			return err == nil && got.Data["name"] == name
		}, soon, tick, "ConfigMap %s arrives", name)
	}
}

// holder is who has the lease.
func (w *world) holder() string {
	w.t.Helper()
	lease, err := controlplanetest.Client(w.t, w.host).CoordinationV1().Leases(corev1beta1.DefaultNamespace).
		Get(context.Background(), corev1beta1.LeaderElectionName, metav1.GetOptions{})
	require.NoError(w.t, err)
	return *lease.Spec.HolderIdentity
}

// tokens are the credentials of the members.
func (w *world) tokens() []string {
	w.t.Helper()
	list, err := controlplanetest.Client(w.t, w.host).CoreV1().Secrets(corev1beta1.DefaultNamespace).List(context.Background(), metav1.ListOptions{})
	require.NoError(w.t, err)
	var tokens []string
	for _, s := range list.Items {
		if s.Type == corev1.SecretTypeOpaque {
			tokens = append(tokens, string(s.Data[corev1beta1.TokenKey]))
		}
	}
	require.Len(w.t, tokens, len(w.members))
	return tokens
}

// names are n names in order, from the i-th.
func names(i, n int) []string {
	all := make([]string, n)
	for j := range all {
		all[j] = fmt.Sprintf("config-%03d", i+j)
	}
	return all
}
