package verbs_test

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"sync"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/examples/fedctl/verbs"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

var ages = regexp.MustCompile(`\b\d+(ms|s|m\d*s?)\b *`)

// even is what was printed, but for the test's namespace and ages, and the blanks after
// them.
func (w *world) even(text string) string {
	text = strings.ReplaceAll(text, w.namespace, "test-namespace0")
	return ages.ReplaceAllString(text, "<age> ")
}

// create makes an object in the test's namespace of a member.
func (w *world) create(cluster int, resource schema.GroupVersionResource, object map[string]any) *unstructured.Unstructured {
	w.Helper()
	made, err := w.objects(w.clusters[cluster].Config(), resource).Create(w.Context(), &unstructured.Unstructured{Object: object}, metav1.CreateOptions{})
	require.NoError(w, err)
	return made
}

func kind(plural string) schema.GroupVersionResource {
	group, version := "", "v1"
	switch plural {
	case "deployments", "replicasets":
		group = "apps"
	}
	return schema.GroupVersionResource{Group: group, Version: version, Resource: plural}
}

// background is a run of the program that goes on.
type background struct {
	w        *world
	out, err *stream
	stop     context.CancelFunc
	code     chan int
}

// stream may be read while it is written.
type stream struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(p)
}

func (s *stream) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

// begin runs the program until it ends by itself, or is interrupted.
func (w *world) begin(args ...string) *background {
	ctx, stop := context.WithCancel(context.Background())
	b := &background{w: w, out: &stream{}, err: &stream{}, stop: stop, code: make(chan int, 1)}
	args = append([]string{"fedctl", "--kubeconfig=" + w.kubeconfig, "--host-cluster-context=host"}, args...)
	go func() {
		b.code <- verbs.Run(ctx, args, genericiooptions.IOStreams{In: strings.NewReader(""), Out: b.out, ErrOut: b.err})
	}()
	w.Cleanup(stop)
	return b
}

// says waits until the program has printed something.
func (b *background) says(s *stream, text string) {
	b.w.Helper()
	require.Eventually(b.w, func() bool { return strings.Contains(s.String(), text) }, soon, tick, "%s", text)
}

// interrupt presses Ctrl-C, and is what the program ends with.
func (b *background) interrupt() int {
	b.stop()
	return <-b.code
}

// system are objects of a kind of KubeFed's in the system namespace.
func (w *world) system(plural string) dynamic.ResourceInterface {
	w.Helper()
	client, err := dynamic.NewForConfig(w.host.Config())
	require.NoError(w, err)
	return client.Resource(corev1beta1.GroupVersion().WithResource(plural)).Namespace(corev1beta1.DefaultNamespace)
}
