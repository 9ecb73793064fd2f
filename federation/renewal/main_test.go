package renewal_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/federation/renewal"
	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation/budget"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

const (
	namespace = corev1beta1.DefaultNamespace
	patience  = 30 * time.Second
)

// bed is a host with the members of a federation.
type bed struct {
	*testing.T
	setup    setup.Host
	admin    *kubernetes.Clientset // of the host
	clusters dynamic.ResourceInterface
	account  *rest.Config // of the controller, which may do no more than it has to
	registry *kubefed.Registry
	requests *budget.Counter
	ahead    atomic.Int64 // how far the clock of the controller is
	told     told
}

func newBed(t *testing.T) *bed {
	server := servers.Fresh(t, "host")[0]
	b := &bed{T: t, requests: budget.New(), setup: setup.Host{Config: server.Config(), Namespace: namespace}, admin: controlplanetest.Client(t, server)}
	require.NoError(t, b.setup.Install(t.Context()))
	client, err := dynamic.NewForConfig(server.Config())
	require.NoError(t, err)
	b.clusters = client.Resource(corev1beta1.KubeFedClusters()).Namespace(namespace)
	content, err := b.setup.Kubeconfig(t.Context())
	require.NoError(t, err)
	b.account, err = clientcmd.RESTConfigFromKubeConfig(content)
	require.NoError(t, err)
	b.registry, err = kubefed.New(kubefed.Options{Host: b.account, Namespace: namespace})
	require.NoError(t, err)
	b.run(b.registry.Start)
	return b
}

// run runs something until the test ends.
func (b *bed) run(start func(context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = start(ctx) }) // the end of ctx is its only end
	b.Cleanup(func() { stop(); running.Wait() })
}

// join makes a server a member, with a token for so long.
func (b *bed) join(server *controlplane.Server, lifetime time.Duration) {
	b.Helper()
	require.NoError(b, b.setup.Join(b.Context(), setup.Member{Name: server.Cluster(), Config: server.Config(), TokenLifetime: lifetime}))
	b.until("the member is ready", func() bool {
		c, _ := b.registry.Snapshot().Get(federation.ClusterName(server.Cluster()))
		return c.Ready
	})
}

// Config implements [renewal.Members], and counts.
func (b *bed) Config(name federation.ClusterName) (*rest.Config, error) {
	config, err := b.registry.Config(name)
	if err == nil {
		config.Wrap(b.requests.Wrap(string(name)))
	}
	return config, err
}

// renew runs a controller by a clock that is so far ahead.
func (b *bed) renew(ahead time.Duration) {
	b.Helper()
	b.ahead.Store(int64(ahead))
	host := rest.CopyConfig(b.account)
	host.Wrap(b.requests.Wrap("host"))
	controller, err := renewal.New(renewal.Options{
		Host: host, Namespace: namespace, Members: b, Events: &b.told,
		Clock:  func() time.Time { return time.Now().Add(time.Duration(b.ahead.Load())) },
		Logger: funcr.New(b.told.log, funcr.Options{Verbosity: 10}),
	})
	require.NoError(b, err)
	b.run(controller.Start)
}

// touch changes a KubeFedCluster, which is when another look is taken at its Secret.
func (b *bed) touch(name string) {
	b.Helper()
	body := fmt.Sprintf(`{"metadata":{"annotations":{"touched":"%d"}}}`, time.Now().UnixNano())
	_, err := b.clusters.Patch(b.Context(), name, types.MergePatchType, []byte(body), metav1.PatchOptions{})
	require.NoError(b, err)
}

// secret is the Secret of a member.
func (b *bed) secret(member string) *corev1.Secret {
	b.Helper()
	secret, err := b.admin.CoreV1().Secrets(namespace).Get(b.Context(), member+"-token", metav1.GetOptions{})
	require.NoError(b, err)
	return secret
}

// token is what the token of a member says of itself.
func (b *bed) token(member string) (said claims) {
	b.Helper()
	parts := strings.Split(string(b.secret(member).Data[corev1beta1.TokenKey]), ".")
	require.Len(b, parts, 3)
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(b, err)
	require.NoError(b, json.Unmarshal(body, &said))
	return said
}

type claims struct {
	ID      string `json:"jti"`
	Subject string `json:"sub"`
	Issued  int64  `json:"iat"`
	Expires int64  `json:"exp"`
}

func (b *bed) until(what string, holds func() bool) {
	b.Helper()
	require.Eventually(b, holds, patience, 20*time.Millisecond, what)
}

// told remembers events and what was logged.
type told struct {
	mu     sync.Mutex
	all    []string
	logged []string
}

func (e *told) Event(object runtime.Object, kind, reason, message string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, fmt.Sprintf("%s %s %s: %s", object.(*corev1.ObjectReference).Name, kind, reason, message))
}

func (e *told) Eventf(object runtime.Object, kind, reason, format string, args ...any) {
	e.Event(object, kind, reason, fmt.Sprintf(format, args...))
}

func (e *told) AnnotatedEventf(object runtime.Object, _ map[string]string, kind, reason, format string, args ...any) {
	e.Eventf(object, kind, reason, format, args...)
}

func (e *told) log(_, line string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.logged = append(e.logged, line)
}

func (e *told) events() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.all)
}

// lines are how many lines of the log have these words.
func (e *told) lines(words string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(e.logged), func(line string) bool { return !strings.Contains(line, words) }))
}
