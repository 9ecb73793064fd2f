package controlplane

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
)

// podsPerNode is how many pods a node takes, as a kubelet's default is.
const podsPerNode = 110

// NodeOptions say which pretend nodes a cluster has. They are named node-1,
// node-2, and so on.
type NodeOptions struct {
	Count  int
	CPU    resource.Quantity // of each node; default 4
	Memory resource.Quantity // of each node; default 16Gi
	Region string            // the region label of each node; default none
	Zones  []string          // the zone labels, given to the nodes in turn; default none
	Labels map[string]string // further labels of each node
}

// AddNodes creates the nodes and returns when all are Ready and take pods. This
// needs controllers and a kwok beside the server.
func (s *Server) AddNodes(ctx context.Context, opts NodeOptions) error {
	client, err := kubernetes.NewForConfig(s.admin)
	if err != nil {
		return err
	}
	for i := range opts.Count {
		if _, err := client.CoreV1().Nodes().Create(ctx, opts.node(i), metav1.CreateOptions{}); err != nil {
			return fmt.Errorf("server %q: %w", s.opts.Name, err)
		}
	}
	waiting := errors.New("no node was seen")
	ready := func(ctx context.Context) (bool, error) {
		waiting = readyNodes(ctx, client, opts.Count)
		return waiting == nil, nil
	}
	if err := wait.PollUntilContextTimeout(ctx, readyPeriod, time.Minute, true, ready); err != nil {
		return fmt.Errorf("server %q: %w: %w", s.opts.Name, err, waiting)
	}
	return nil
}

// node is the i-th node, counted from 0.
func (o NodeOptions) node(i int) *corev1.Node {
	name := "node-" + strconv.Itoa(i+1)
	labels := map[string]string{corev1.LabelHostname: name, corev1.LabelOSStable: "linux", corev1.LabelArchStable: "amd64"}
	if o.Region != "" {
		labels[corev1.LabelTopologyRegion] = o.Region
	}
	if len(o.Zones) > 0 {
		labels[corev1.LabelTopologyZone] = o.Zones[i%len(o.Zones)]
	}
	maps.Copy(labels, o.Labels)
	has := corev1.ResourceList{
		corev1.ResourceCPU:    orQuantity(o.CPU, "4"),
		corev1.ResourceMemory: orQuantity(o.Memory, "16Gi"),
		corev1.ResourcePods:   *resource.NewQuantity(podsPerNode, resource.DecimalSI),
	}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
		Status: corev1.NodeStatus{
			Capacity:    has,
			Allocatable: has,
			NodeInfo:    corev1.NodeSystemInfo{KubeletVersion: Version, OperatingSystem: "linux", Architecture: "amd64"},
		},
	}
}

func orQuantity(q resource.Quantity, otherwise string) resource.Quantity {
	if q.IsZero() {
		return resource.MustParse(otherwise)
	}
	return q
}

// readyNodes is an error unless so many nodes take pods.
func readyNodes(ctx context.Context, client kubernetes.Interface, want int) error {
	list, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	have := 0
	for i := range list.Items {
		if takesPods(&list.Items[i]) {
			have++
		}
	}
	if have < want {
		return fmt.Errorf("%d of %d nodes are ready", have, want)
	}
	return nil
}

func takesPods(node *corev1.Node) bool {
	if node.Spec.Unschedulable || len(node.Spec.Taints) > 0 {
		return false
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
