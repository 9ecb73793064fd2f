package verbs_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// kubefed is a world in which KubeFed carries an object of each of its ten types to two
// members, as far as API servers can tell. Nothing of it runs.
type kubefed struct {
	*world
	mappers map[*controlplane.Server]meta.ResettableRESTMapper
}

// theirs is the field manager of what KubeFed wrote, and installers is that of what was
// installed for it.
const (
	theirs     = "controller-manager"
	installers = "helm"
)

func newKubeFed(t *testing.T) *kubefed {
	t.Helper()
	w := &world{T: t, host: servers.Fresh(t, "host")[0]}
	w.clusters = servers.Fresh(t, "berlin", "madrid")
	content, err := controlplane.Kubeconfig(append([]*controlplane.Server{w.host}, w.clusters...)...)
	require.NoError(t, err)
	w.kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, os.WriteFile(w.kubeconfig, content, 0o600))
	w.namespace = "shop"
	k := &kubefed{world: w, mappers: map[*controlplane.Server]meta.ResettableRESTMapper{}}
	for _, name := range []string{corev1beta1.DefaultNamespace, w.namespace} {
		k.create(w.host, installers, object("v1", "Namespace", "", name))
	}
	k.install()
	for _, c := range w.clusters {
		k.join(c)
	}
	k.declareAll()
	k.feedAll("webhooks.yaml")
	return k
}

// install makes the definitions, the types, and what runs.
func (k *kubefed) install() {
	k.Helper()
	k.feedAll("definitions.yaml")
	var types []map[string]string
	require.NoError(k, yaml.Unmarshal(k.read("types.yaml"), &types))
	for _, target := range types {
		k.enable(target)
	}
	k.feedAll("plane.yaml")
	k.lead(time.Now(), time.Hour) // longer than a test takes
}

func (k *kubefed) enable(target map[string]string) {
	k.Helper()
	kind := "Federated" + target["kind"]
	scope := target["scope"]
	if target["kind"] == "Namespace" {
		scope = "Namespaced"
	}
	text := strings.NewReplacer("PLURAL", "federated"+target["pluralName"], "KIND", kind, "SCOPE", scope,
		"SINGULAR", strings.ToLower(kind), "SHORT", target["short"]).Replace(string(k.read("federated.yaml")))
	if kind != "FederatedDeployment" && kind != "FederatedReplicaSet" {
		text = strings.Replace(text, "              retainReplicas: {type: boolean}\n", "", 1)
	}
	k.feedYAML(k.host, installers, text)
	name := target["pluralName"]
	if target["group"] != "" {
		name += "." + target["group"]
	}
	config := object("core.kubefed.io/v1beta1", "FederatedTypeConfig", corev1beta1.DefaultNamespace, name)
	config.SetFinalizers([]string{corev1beta1.TypeConfigFinalizer})
	of := map[string]any{"version": target["version"], "kind": target["kind"], "pluralName": target["pluralName"], "scope": target["scope"]}
	if target["group"] != "" {
		of["group"] = target["group"]
	}
	config.Object["spec"] = map[string]any{"propagation": "Enabled", "targetType": of, "federatedType": map[string]any{
		"group": "types.kubefed.io", "version": "v1beta1", "kind": kind, "pluralName": "federated" + target["pluralName"], "scope": scope}}
	k.create(k.host, installers, config)
	k.status(config, map[string]any{"observedGeneration": int64(1), "propagationController": "Running"})
}

// lead has KubeFed hold its lock since then, for so long.
func (k *kubefed) lead(since time.Time, lasts time.Duration) {
	k.Helper()
	record, err := json.Marshal(map[string]any{"holderIdentity": "kubefed-0_1", "leaseDurationSeconds": int(lasts.Seconds()),
		"acquireTime": since.UTC().Format(time.RFC3339), "renewTime": since.UTC().Format(time.RFC3339), "leaderTransitions": 1})
	require.NoError(k, err)
	lock := object("v1", "ConfigMap", corev1beta1.DefaultNamespace, corev1beta1.LeaderElectionName)
	lock.SetAnnotations(map[string]string{"control-plane.alpha.kubernetes.io/leader": string(record)})
	client := k.at(k.host, lock)
	if _, err = client.Create(k.Context(), lock, metav1.CreateOptions{FieldManager: theirs}); apierrors.IsAlreadyExists(err) {
		_, err = client.Update(k.Context(), lock, metav1.UpdateOptions{FieldManager: theirs})
	}
	require.NoError(k, err)
}

// join makes a member in the way of kubefedctl: with an account that may do everything.
func (k *kubefed) join(member *controlplane.Server) {
	k.Helper()
	account := member.Cluster() + "-host"
	role := "kubefed-controller-manager:" + account
	client := controlplanetest.Client(k, member)
	_, err := client.CoreV1().Namespaces().Create(k.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: corev1beta1.DefaultNamespace}}, metav1.CreateOptions{})
	require.NoError(k, err)
	_, err = client.CoreV1().ServiceAccounts(corev1beta1.DefaultNamespace).Create(k.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: account}}, metav1.CreateOptions{})
	require.NoError(k, err)
	_, err = client.RbacV1().ClusterRoles().Create(k.Context(), &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: role}, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"*"}}, {NonResourceURLs: []string{"*"}, Verbs: []string{"get"}}}}, metav1.CreateOptions{})
	require.NoError(k, err)
	_, err = client.RbacV1().ClusterRoleBindings().Create(k.Context(), &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: role},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Name: account, Namespace: corev1beta1.DefaultNamespace}}}, metav1.CreateOptions{})
	require.NoError(k, err)
	token, err := client.CoreV1().ServiceAccounts(corev1beta1.DefaultNamespace).CreateToken(k.Context(), account, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	require.NoError(k, err)

	secret := object("v1", "Secret", corev1beta1.DefaultNamespace, member.Cluster()+"-x7k2p")
	secret.Object["stringData"] = map[string]any{"token": token.Status.Token}
	k.create(k.host, "kubefedctl", secret)
	cluster := object("core.kubefed.io/v1beta1", "KubeFedCluster", corev1beta1.DefaultNamespace, member.Cluster())
	cluster.SetLabels(map[string]string{"tier": "front"})
	cluster.Object["spec"] = map[string]any{"apiEndpoint": member.URL(), "secretRef": map[string]any{"name": secret.GetName()}}
	require.NoError(k, unstructured.SetNestedField(cluster.Object, encoded(member.Config().CAData), "spec", "caBundle"))
	k.create(k.host, "kubefedctl", cluster)
	now := time.Now().UTC().Format(time.RFC3339)
	k.status(cluster, map[string]any{"kubernetesVersion": "v1.36.3", "conditions": []any{map[string]any{
		"type": "Ready", "status": "True", "reason": "ClusterReady", "message": "/healthz responded with ok", "lastProbeTime": now, "lastTransitionTime": now}}})
}

func encoded(content []byte) string {
	text, _ := json.Marshal(content) // of bytes: base64 in quotes
	return strings.Trim(string(text), `"`)
}

// declareAll makes what users declared, with copies, statuses and PropagatedVersions as
// KubeFed writes them.
func (k *kubefed) declareAll() {
	k.Helper()
	h, err := host.New(k.host.Config(), corev1beta1.DefaultNamespace)
	require.NoError(k, err)
	f, _, err := h.Federation(k.Context())
	require.NoError(k, err)
	for _, o := range k.documents(strings.ReplaceAll(string(k.read("objects.yaml")), "NAMESPACE", k.namespace)) {
		k.create(k.host, "kubectl-create", o)
		if !strings.HasPrefix(o.GetKind(), "Federated") {
			continue
		}
		t, err := host.Choose(f.Types, o.GetKind())
		require.NoError(k, err)
		k.carry(subject.Subject{Object: o, Config: t.FederatedTypeConfig, Members: host.ClusterSet(f.Members)})
	}
}

// carry does for one object what KubeFed does.
func (k *kubefed) carry(s subject.Subject) {
	k.Helper()
	p, err := s.Preview(k.Context(), time.Now())
	require.NoError(k, err)
	var clusters, versions []any
	for _, member := range k.clusters {
		copied := p.Copies[federation.ClusterName(member.Cluster())]
		state := map[string]any{"name": member.Cluster()}
		if copied == nil && p.Failed[federation.ClusterName(member.Cluster())] == nil {
			continue
		}
		if copied == nil {
			state["status"] = "ApplyOverridesFailed"
		} else {
			copied.SetAnnotations(nil) // KubeFed leaves them out
			k.create(member, theirs, copied)
			versions = append(versions, map[string]any{"clusterName": member.Cluster(), "version": "gen:1"})
		}
		clusters = append(clusters, state)
	}
	k.setFinalizer(s.Object)
	now := time.Now().UTC().Format(time.RFC3339)
	k.status(s.Object, map[string]any{"observedGeneration": int64(1), "clusters": clusters, "conditions": []any{
		map[string]any{"type": "Propagation", "status": "True", "lastUpdateTime": now, "lastTransitionTime": now}}})

	version := object("core.kubefed.io/v1alpha1", "PropagatedVersion", s.Object.GetNamespace(), strings.ToLower(s.Target().Kind)+"-"+s.Object.GetName())
	if s.Object.GetNamespace() == "" {
		version.SetKind("ClusterPropagatedVersion")
	}
	k.create(k.host, theirs, version)
	k.status(version, map[string]any{"templateVersion": "1", "overridesVersion": "1", "clusterVersions": versions})
}

func (k *kubefed) setFinalizer(o *unstructured.Unstructured) {
	k.Helper()
	found, err := k.at(k.host, o).Get(k.Context(), o.GetName(), metav1.GetOptions{})
	require.NoError(k, err)
	found.SetFinalizers([]string{"kubefed.io/sync-controller"})
	_, err = k.at(k.host, o).Update(k.Context(), found, metav1.UpdateOptions{FieldManager: theirs})
	require.NoError(k, err)
}
