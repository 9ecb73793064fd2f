package capacity_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/scheduling/capacity"
)

// plant is a full cluster, with a scheduler and nodes that pretend.
type plant struct {
	*world
	deployments dynamic.ResourceInterface
}

func newPlant(t *testing.T, nodes ...*corev1.Node) *plant {
	t.Helper()
	w := newWorld(t, servers.Clusters(t, controlplane.NodeOptions{}, "member1")[0].Server)
	client, err := dynamic.NewForConfig(w.server.Config())
	require.NoError(t, err)
	p := &plant{w, client.Resource(schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}).Namespace(w.namespace)}
	for _, n := range nodes {
		p.grow(n)
	}
	return p
}

// grow adds a node, and waits until it takes pods.
func (p *plant) grow(n *corev1.Node) {
	p.Helper()
	n.Status.Capacity, n.Status.Conditions = n.Status.Allocatable, nil
	_, err := p.client.CoreV1().Nodes().Create(context.Background(), n, metav1.CreateOptions{})
	require.NoError(p, err)
	p.until("ready: "+n.Name, func() bool {
		live, err := p.client.CoreV1().Nodes().Get(context.Background(), n.Name, metav1.GetOptions{})
		return err == nil && isReady(live)
	})
}

func isReady(n *corev1.Node) bool {
	ready := slices.ContainsFunc(n.Status.Conditions, func(c corev1.NodeCondition) bool {
		return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	})
	return ready && !slices.ContainsFunc(n.Spec.Taints, func(t corev1.Taint) bool { return t.Key == corev1.TaintNodeNotReady })
}

// deploy makes a Deployment of pods with that spec.
func (p *plant) deploy(name string, replicas int64, spec string) capacity.Workload {
	p.Helper()
	o := p.deployment(name, spec)
	require.NoError(p, unstructured.SetNestedField(o.Object, replicas, "spec", "replicas"))
	_, err := p.deployments.Create(context.Background(), o, metav1.CreateOptions{})
	require.NoError(p, err)
	return p.read(o)
}

func (p *plant) deployment(name, spec string) *unstructured.Unstructured {
	p.Helper()
	o := object(p, fmt.Sprintf(`{apiVersion: apps/v1, kind: Deployment, metadata: {name: %s, namespace: %s},
spec: {selector: {matchLabels: {app: %s}}, template: {metadata: {labels: {app: %s}}, spec: %s}}}`, name, p.namespace, name, name, spec))
	return o
}

func (p *plant) read(o *unstructured.Unstructured) capacity.Workload {
	p.Helper()
	of, err := capacity.WorkloadOf(o)
	require.NoError(p, err)
	return of
}

func (p *plant) scale(name string, replicas int) {
	p.Helper()
	_, err := p.deployments.Patch(context.Background(), name, types.MergePatchType, fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, replicas), metav1.PatchOptions{})
	require.NoError(p, err)
}

// untilPods waits until the pods of a workload do that, whatever time they take.
func (p *plant) untilPods(of capacity.Workload, want capacity.Sight) {
	p.Helper()
	var have capacity.Sight
	require.Eventually(p, func() bool {
		have, _ = p.Look(cluster, of, 0, time.Now())
		return have == want
	}, patience, 10*time.Millisecond, "want %+v, have %+v", want, &have)
}

// container asks for resources, in YAML.
func container(resources string) string {
	return fmt.Sprintf(`{containers: [{name: main, image: "example.com/app:1", resources: {requests: %s}}]}`, resources)
}

// TestTheSchedulerIsSeenAtWork: what finds no room is known, and when there is some
// it is used.
func TestTheSchedulerIsSeenAtWork(t *testing.T) {
	small := having("cpu", "2", "memory", "8Gi", "pods", "10")
	p := newPlant(t, node("node-1", small), node("node-2", small), node("node-3", small))
	p.follow("web", "and nodes")
	p.run()
	web := p.deploy("web", 10, container("{cpu: 1}"))
	p.untilPods(web, capacity.Sight{Pods: 10, Bound: 6, Ready: 6, Unschedulable: 4})
	p.untilRoom(web, 0)
	p.grow(node("node-4", having("cpu", "3", "memory", "8Gi", "pods", "10")))
	p.untilPods(web, capacity.Sight{Pods: 10, Bound: 9, Ready: 9, Unschedulable: 1})
	p.untilRoom(web, 0)
	p.scale("web", 7)
	p.untilPods(web, capacity.Sight{Pods: 7, Bound: 7, Ready: 7})
	p.untilRoom(web, 2)
}

// TestRoomIsWhatTheSchedulerPlaces, for pods of all kinds in a cluster in which
// some run already: so many more get a node, and not one besides.
func TestRoomIsWhatTheSchedulerPlaces(t *testing.T) {
	p := newPlant(t,
		node("small", in("eu-1"), having("cpu", "2", "memory", "4Gi", "pods", "7")),
		node("large", in("eu-1"), having("cpu", "7900m", "memory", "10000Mi", "pods", "9")),
		node("other", in("eu-2"), having("cpu", "3", "memory", "30Gi", "pods", "20", "example.com/gpu", "3")),
		node("apart", in("eu-2"), having("cpu", "4", "memory", "8Gi", "pods", "5"), tainted(corev1.Taint{Key: "apart", Value: "yes", Effect: corev1.TaintEffectNoSchedule})),
		node("closed", in("eu-3"), having("cpu", "4", "memory", "8Gi", "pods", "5"), cordoned),
	)
	p.follow("web", "and nodes")
	p.run()
	p.untilPods(p.deploy("background", 5, container("{cpu: 650m, memory: 700Mi}")), capacity.Sight{Pods: 5, Bound: 5, Ready: 5})
	p.untilPods(p.deploy("guard", 1, container("{cpu: 100m}")), capacity.Sight{Pods: 1, Bound: 1, Ready: 1})
	for name, spec := range map[string]string{
		"cpu":        container("{cpu: 1}"),
		"memory":     container("{memory: 1500Mi, cpu: 100m}"),
		"odd":        container("{cpu: 333m, memory: 777Mi}"),
		"nothing":    `{containers: [{name: main, image: "example.com/app:1"}]}`,
		"huge":       container("{cpu: 6}"),
		"gpu":        `{containers: [{name: main, image: "example.com/app:1", resources: {limits: {example.com/gpu: 1, cpu: 200m}}}]}`,
		"limits":     `{containers: [{name: main, image: "example.com/app:1", resources: {limits: {cpu: 900m, memory: 1Gi}}}]}`,
		"two":        `{containers: [{name: a, image: "example.com/app:1", resources: {requests: {cpu: 300m}}}, {name: b, image: "example.com/app:1", resources: {requests: {cpu: 400m}}}]}`,
		"starting":   `{initContainers: [{name: init, image: "example.com/app:1", resources: {requests: {cpu: 1500m}}}], containers: [{name: main, image: "example.com/app:1", resources: {requests: {cpu: 100m}}}]}`,
		"sidecar":    `{initContainers: [{name: proxy, restartPolicy: Always, image: "example.com/app:1", resources: {requests: {cpu: 500m}}}], containers: [{name: main, image: "example.com/app:1", resources: {requests: {cpu: 500m}}}]}`,
		"whole":      `{resources: {requests: {cpu: 1200m}}, containers: [{name: main, image: "example.com/app:1", resources: {requests: {cpu: 100m}}}]}`,
		"zone":       `{nodeSelector: {topology.kubernetes.io/zone: eu-2}, containers: [{name: main, image: "example.com/app:1", resources: {requests: {cpu: 400m}}}]}`,
		"host":       `{nodeSelector: {kubernetes.io/hostname: large}, containers: [{name: main, image: "example.com/app:1", resources: {requests: {cpu: 400m}}}]}`,
		"nowhere":    `{nodeSelector: {disk: ssd}, containers: [{name: main, image: "example.com/app:1"}]}`,
		"tolerating": `{tolerations: [{key: apart, value: "yes", effect: NoSchedule}], containers: [{name: main, image: "example.com/app:1", resources: {requests: {cpu: 700m}}}]}`,
		"anywhere":   `{tolerations: [{operator: Exists}], containers: [{name: main, image: "example.com/app:1", resources: {requests: {cpu: 1}}}]}`,
		"apart":      `{affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: apart}}}]}}, containers: [{name: main, image: "example.com/app:1"}]}`,
		"lonely":     `{affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchExpressions: [{key: app, operator: In, values: [lonely, guard]}]}}]}}, containers: [{name: main, image: "example.com/app:1"}]}`,
		"ports":      `{containers: [{name: main, image: "example.com/app:1", ports: [{containerPort: 80, hostPort: 8080}]}]}`,
		"network":    `{hostNetwork: true, containers: [{name: main, image: "example.com/app:1", ports: [{containerPort: 80}]}]}`,
		"affine":     `{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: topology.kubernetes.io/zone, operator: NotIn, values: [eu-1]}]}, {matchFields: [{key: metadata.name, operator: In, values: [small]}]}]}}}, containers: [{name: main, image: "example.com/app:1", resources: {requests: {cpu: 250m}}}]}`,
	} {
		t.Run(name, func(t *testing.T) { p.requireAgreement(name, spec) })
	}
}

// requireAgreement has the scheduler place more than fit of pods with that spec.
func (p *plant) requireAgreement(name, spec string) {
	p.Helper()
	const tooMany = 3
	of := p.read(p.deployment(name, spec))
	room, err := p.Room(context.Background(), cluster, of)
	require.NoError(p, err)
	p.deploy(name, room+tooMany, spec)
	p.untilPods(of, capacity.Sight{Pods: room + tooMany, Bound: room, Ready: room, Unschedulable: tooMany})
	p.untilRoom(of, 0)
	require.NoError(p, p.deployments.Delete(context.Background(), name, metav1.DeleteOptions{}))
	p.untilPods(of, capacity.Sight{})
	p.untilRoom(of, room)
	p.Logf("%s: %d fit", name, room)
}
