package pull_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/kubernetes"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/federationtest"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/pull"
)

// bedOf is just what waits.
func bedOf(t testing.TB) *testbed.Bed { return &testbed.Bed{TB: t} }

func TestRegistryKeepsTheContract(t *testing.T) {
	host := servers.Fresh(t, "registry-host")[0]
	client := controlplanetest.Client(t, host)
	federationtest.TestRegistry(t, func(t *testing.T) federationtest.Fixture {
		toHost := dial(t, host.Config(), budget.New(), "host")
		registry, err := pull.NewRegistry(pull.RegistryOptions{Client: toHost.objects})
		require.NoError(t, err)
		disown(t, client)
		ctx, stop := context.WithCancel(context.Background())
		t.Cleanup(stop)
		return federationtest.Fixture{
			Registry: registry,
			Open: func() {
				ended := make(chan error, 1)
				go func() { ended <- registry.Start(ctx) }()
				t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
			},
			Put:     func(name federation.ClusterName) { own(t, client, name, nil) },
			Remove:  func(name federation.ClusterName) { own(t, client, name, labels.Set{pull.MemberLabel: "false"}) },
			Relabel: func(name federation.ClusterName, set labels.Set) { own(t, client, name, set) },
			Taint:   func(name federation.ClusterName, taints ...corev1.Taint) { taint(t, client, name, asJSON(t, taints)) },
			Silence: stop,
		}
	})
}

// own gives a member's namespace these labels, or makes it with its own. The
// namespaces of an API server alone never go, so members leave by their label.
func own(t *testing.T, client kubernetes.Interface, name federation.ClusterName, set labels.Set) {
	namespaces := client.CoreV1().Namespaces()
	fresh := pull.Account(name, set)[0].(*corev1.Namespace)
	fresh.Labels = labels.Merge(fresh.Labels, set)
	_, err := namespaces.Create(context.Background(), fresh, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		_, err = namespaces.Update(context.Background(), fresh, metav1.UpdateOptions{})
	}
	require.NoError(t, err)
}

// taint gives a member's namespace these taints.
func taint(t *testing.T, client kubernetes.Interface, name federation.ClusterName, taints string) {
	namespaces := client.CoreV1().Namespaces()
	namespace, err := namespaces.Get(context.Background(), pull.NamespaceOf(name), metav1.GetOptions{})
	require.NoError(t, err)
	namespace.Annotations[pull.TaintsAnnotation] = taints
	_, err = namespaces.Update(context.Background(), namespace, metav1.UpdateOptions{})
	require.NoError(t, err)
}

func asJSON(t *testing.T, taints []corev1.Taint) string {
	text, err := json.Marshal(taints)
	require.NoError(t, err)
	return string(text)
}

// disown leaves no members.
func disown(t *testing.T, client kubernetes.Interface) {
	all, err := client.CoreV1().Namespaces().List(context.Background(), metav1.ListOptions{LabelSelector: pull.MemberLabel})
	require.NoError(t, err)
	for _, namespace := range all.Items {
		own(t, client, federation.ClusterName(namespace.Annotations[pull.ClusterAnnotation]), labels.Set{pull.MemberLabel: "false"})
	}
}

func TestAMemberHasTheLabelsOfItsNamespace(t *testing.T) {
	host := servers.Fresh(t, "registry-host")[0]
	admit(t, host, "edge1", labels.Set{"tier": "edge"})
	admit(t, host, "a.long.name/that does not fit", nil)
	registry := registryOf(t, host)
	bedOf(t).Until("known", func() bool { return registry.Snapshot().Len() == 2 })
	message := "its agent has never been heard of"
	silent := func(name federation.ClusterName, own labels.Set) federation.Cluster {
		namespace, err := controlplanetest.Client(t, host).CoreV1().Namespaces().Get(t.Context(), pull.NamespaceOf(name), metav1.GetOptions{})
		require.NoError(t, err)
		return federation.Cluster{Name: name, Labels: own, Message: message, Connection: string(namespace.UID), Turned: namespace.CreationTimestamp.Time}
	}
	require.Equal(t, federation.NewClusterSet(
		silent("a.long.name/that does not fit", labels.Set{}), silent("edge1", labels.Set{"tier": "edge"}),
	), registry.Snapshot())
	require.Equal(t, "fedrail-member-edge1", pull.NamespaceOf("edge1"))
	require.Equal(t, "fedrail-member-a-long-name-that-does-not-fit-xc63a9829bab7", pull.NamespaceOf("a.long.name/that does not fit"))
}

func TestAMemberHasTheTaintsOfItsNamespace(t *testing.T) {
	host := servers.Fresh(t, "registry-host")[0]
	admit(t, host, "edge1", nil)
	registry := registryOf(t, host)
	client := controlplanetest.Client(t, host)
	annotate := func(taints string) { taint(t, client, "edge1", taints) }
	until := func(wanted ...string) []corev1.Taint {
		var got []corev1.Taint
		bedOf(t).Until("tainted", func() bool {
			c, _ := registry.Snapshot().Get("edge1")
			var texts []string
			for _, taint := range c.Taints {
				texts = append(texts, taint.ToString())
			}
			got = c.Taints
			return slices.Equal(wanted, texts)
		})
		return got
	}
	annotate("[{key: disk, value: slow, effect: NoSchedule}]")
	until("disk=slow:NoSchedule")

	began := time.Now()
	annotate(`[{"key":"go","effect":"NoExecute"},{"key":"old","effect":"NoExecute","timeAdded":"2026-01-02T03:04:05Z"}]`)
	tainted := until("go:NoExecute", "old:NoExecute")
	require.WithinRange(t, tainted[0].TimeAdded.Time, began, time.Now())
	require.True(t, tainted[1].TimeAdded.Equal(&metav1.Time{Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}))

	for _, wrong := range []string{"go", "[{key: go, effect: Evict}]", "[{key: go, effects: NoExecute}]"} {
		annotate(wrong) // nothing new comes, and what is there stays
		until(pull.UnreadableTaint + ":NoSchedule")
		annotate("")
		until()
	}
}
