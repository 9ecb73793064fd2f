package main

import (
	"cmp"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr/testr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/examples/operator/api/v1alpha1"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/kubeconfig"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/crdtest"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// world is a host that serves WebApps, and members.
type world struct {
	namespace string // in all of them
	host      client.Client
	config    *rest.Config // of the host
	members   map[string]*kubernetes.Clientset
	servers   map[string]*controlplane.Server
	file      []byte // the members' kubeconfig
	regions   map[string]map[string]string
}

func newWorld(t *testing.T, names ...string) *world {
	t.Helper()
	all := servers.Fresh(t, append([]string{"host"}, names...)...)
	w := &world{
		namespace: controlplanetest.Namespace(t, all...), config: all[0].Config(),
		members: map[string]*kubernetes.Clientset{}, servers: map[string]*controlplane.Server{}, regions: map[string]map[string]string{},
	}
	var err error
	w.file, err = controlplane.Kubeconfig(all[1:]...)
	require.NoError(t, err)
	for _, s := range all[1:] {
		w.members[s.Cluster()], w.servers[s.Cluster()] = controlplanetest.Client(t, s), s
		w.regions[s.Cluster()] = map[string]string{regionLabel: "region-of-" + s.Cluster()}
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	require.NoError(t, yaml.UnmarshalStrict([]byte(definition), crd))
	crdtest.Install(t, w.config, crd)
	scheme := runtime.NewScheme()
	require.NoError(t, v1alpha1.AddToScheme(scheme))
	w.host, err = client.New(w.config, client.Options{Scheme: scheme})
	require.NoError(t, err)
	return w
}

// operate runs the operator until the function that it returns is called, or the
// test ends.
func (w *world) operate(t *testing.T) (end func()) {
	t.Helper()
	ctrl.SetLogger(testr.New(t))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		members := kubeconfig.Options{
			Bytes: w.file, Labels: w.regions,
			Health: federation.Health{Period: 200 * time.Millisecond, Timeout: time.Second, FailureThreshold: 1},
		}
		ended <- operate(ctx, w.config, settings{
			members: members, letGoAfter: time.Second, manager: ctrl.Options{Metrics: server.Options{BindAddress: "0"}},
		})
	}()
	end = sync.OnceFunc(func() {
		stop()
		require.NoError(t, <-ended)
	})
	t.Cleanup(end)
	return end
}

// clients are those of the host.
func (w *world) clients(t require.TestingT) kubernetes.Interface {
	clients, err := kubernetes.NewForConfig(w.config)
	require.NoError(t, err)
	return clients
}

func (w *world) app(name string, spec v1alpha1.WebAppSpec) *v1alpha1.WebApp {
	return &v1alpha1.WebApp{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name}, Spec: spec}
}

// eventually waits until the claims hold.
func (w *world) eventually(t *testing.T, claims func(*assert.CollectT)) {
	t.Helper()
	require.EventuallyWithT(t, claims, 30*time.Second, 20*time.Millisecond)
}

func (w *world) change(t *testing.T, name string, edit func(*v1alpha1.WebApp)) {
	t.Helper()
	app := &v1alpha1.WebApp{}
	require.NoError(t, w.host.Get(t.Context(), client.ObjectKey{Namespace: w.namespace, Name: name}, app))
	before := client.MergeFrom(app.DeepCopy())
	edit(app)
	require.NoError(t, w.host.Patch(t.Context(), app, before))
}

func (w *world) outcome(t require.TestingT, name string) outcome {
	app := &v1alpha1.WebApp{}
	require.NoError(t, w.host.Get(context.Background(), client.ObjectKey{Namespace: w.namespace, Name: name}, app))
	ready := meta.FindStatusCondition(app.Status.Conditions, "Ready")
	require.NotNil(t, ready)
	got := outcome{generation: app.Status.ObservedGeneration, ready: ready.Status, reason: ready.Reason}
	for _, c := range app.Status.Clusters {
		fares := c.Name + ": " + cmp.Or(c.Status, "OK")
		if c.Remote != nil {
			fares += " " + string(c.Remote.Raw)
		}
		got.clusters = append(got.clusters, fares)
	}
	return got
}

// events are those about a WebApp, as "reason: message".
func (w *world) events(t require.TestingT, name string) []string {
	list, err := w.clients(t).EventsV1().Events(w.namespace).List(context.Background(), metav1.ListOptions{})
	require.NoError(t, err)
	var told []string
	for _, e := range list.Items {
		if e.Regarding.Kind == "WebApp" && e.Regarding.Name == name {
			told = append(told, e.Reason+": "+e.Note)
		}
	}
	return told
}

func (w *world) deployed(t require.TestingT, member, name string) deployed {
	d, err := w.members[member].AppsV1().Deployments(w.namespace).Get(context.Background(), name, metav1.GetOptions{})
	require.NoError(t, err)
	return deployedBy(d)
}

func (w *world) absent(t require.TestingT, member, name string) bool {
	_, err := w.members[member].AppsV1().Deployments(w.namespace).Get(context.Background(), name, metav1.GetOptions{})
	return apierrors.IsNotFound(err)
}

// patch writes to a member's Deployment as a rival would.
func (w *world) patch(t *testing.T, member, name, body string) {
	t.Helper()
	_, err := w.members[member].AppsV1().Deployments(w.namespace).Patch(t.Context(), name, types.MergePatchType, []byte(body), metav1.PatchOptions{FieldManager: "rival"})
	require.NoError(t, err)
}

// setReady plays the member's deployment controller.
func (w *world) setReady(t *testing.T, member, name string, n int32) {
	t.Helper()
	deployments := w.members[member].AppsV1().Deployments(w.namespace)
	d, err := deployments.Get(t.Context(), name, metav1.GetOptions{})
	require.NoError(t, err)
	d.Status = appsv1.DeploymentStatus{
		ObservedGeneration: d.Generation, Replicas: n, UpdatedReplicas: n, ReadyReplicas: n, AvailableReplicas: n,
		Conditions: []appsv1.DeploymentCondition{
			{Type: appsv1.DeploymentAvailable, Status: corev1.ConditionTrue},
			{Type: appsv1.DeploymentProgressing, Status: corev1.ConditionTrue, Reason: "NewReplicaSetAvailable"},
		},
	}
	_, err = deployments.UpdateStatus(t.Context(), d, metav1.UpdateOptions{})
	require.NoError(t, err)
}
