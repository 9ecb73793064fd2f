package capacity_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/scheduling/capacity"
)

type nodeOption func(*corev1.Node)

// node has four CPUs, 8Gi and place for ten pods.
func node(name string, options ...nodeOption) *corev1.Node {
	n := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{corev1.LabelHostname: name}},
		Status: corev1.NodeStatus{
			Allocatable: resources("cpu", "4", "memory", "8Gi", "pods", "10"),
			Conditions:  []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}},
		},
	}
	for _, option := range options {
		option(n)
	}
	return n
}

func resources(pairs ...string) corev1.ResourceList {
	all := corev1.ResourceList{}
	for i := 0; i < len(pairs); i += 2 {
		all[corev1.ResourceName(pairs[i])] = resource.MustParse(pairs[i+1])
	}
	return all
}

func in(zone string) nodeOption {
	return func(n *corev1.Node) { n.Labels[corev1.LabelTopologyZone] = zone }
}

func having(pairs ...string) nodeOption {
	return func(n *corev1.Node) { n.Status.Allocatable = resources(pairs...) }
}

func tainted(taints ...corev1.Taint) nodeOption {
	return func(n *corev1.Node) { n.Spec.Taints = taints }
}

func cordoned(n *corev1.Node) { n.Spec.Unschedulable = true }

func notReady(n *corev1.Node) { n.Status.Conditions[0].Status = corev1.ConditionUnknown }

func needing(pairs ...string) capacity.Workload {
	w := web()
	w.Needs = resources(pairs...)
	return w
}

// affine needs a CPU, on nodes that a term chooses.
func affine(terms ...corev1.NodeSelectorTerm) capacity.Workload {
	w := needing("cpu", "1")
	w.NodeAffinity = &corev1.NodeSelector{NodeSelectorTerms: terms}
	return w
}

func expression(key string, op corev1.NodeSelectorOperator, values ...string) corev1.NodeSelectorTerm {
	return corev1.NodeSelectorTerm{MatchExpressions: []corev1.NodeSelectorRequirement{{Key: key, Operator: op, Values: values}}}
}

func named(op corev1.NodeSelectorOperator, name string) corev1.NodeSelectorTerm {
	return corev1.NodeSelectorTerm{MatchFields: []corev1.NodeSelectorRequirement{{Key: "metadata.name", Operator: op, Values: []string{name}}}}
}

func selecting(key, value string) capacity.Workload {
	w := needing("cpu", "1")
	w.NodeSelector = map[string]string{key: value}
	return w
}

// apart needs a CPU on a node that it shares with no other replica, nor with what
// those labels choose.
func apart(from labels.Set) capacity.Workload {
	w := needing("cpu", "1")
	w.Apart = labels.SelectorFromSet(from)
	return w
}

func tolerating(tolerations ...corev1.Toleration) capacity.Workload {
	w := needing("cpu", "1")
	w.Tolerations = tolerations
	return w
}

func TestHowManyFit(t *testing.T) {
	type nodes = []*corev1.Node
	zero, gpus := int64(0), corev1.Taint{Key: "gpus", Value: "yes", Effect: corev1.TaintEffectNoSchedule}
	leave := corev1.Taint{Key: "drained", Effect: corev1.TaintEffectNoExecute}
	two := nodes{node("a", in("eu-1")), node("b", in("eu-2"))}
	for name, c := range map[string]struct {
		nodes    nodes
		pods     []*corev1.Pod
		workload capacity.Workload
		want     int64
	}{
		"no nodes":                                 {nil, nil, needing("cpu", "1"), 0},
		"nothing on them":                          {two, nil, needing("cpu", "1"), 8},
		"the scarcest resource decides":            {two, nil, needing("cpu", "1", "memory", "3Gi"), 4},
		"a replica does not go on two nodes":       {two, nil, needing("cpu", "3"), 2},
		"nor is it smaller than it is":             {two, nil, needing("cpu", "4001m"), 0},
		"no requests: as many as there may be":     {two, nil, needing(), 20},
		"no requests, and pods that need nothing":  {two, pods([]podOption{on("a")}, []podOption{on("a")}), needing(), 18},
		"no place for pods is said":                {nodes{node("a", having("cpu", "4"))}, nil, needing("cpu", "1"), 0},
		"what runs takes its part":                 {two, pods([]podOption{on("a"), requesting("cpu", "1500m")}), needing("cpu", "1"), 6},
		"what is about to go does, too":            {two, pods([]podOption{on("a"), requesting("cpu", "4"), leaving}), needing("cpu", "1"), 4},
		"what has no node does not":                {two, pods([]podOption{requesting("cpu", "4")}), needing("cpu", "1"), 8},
		"what is done does not":                    {two, pods([]podOption{on("a"), requesting("cpu", "4"), finished}), needing("cpu", "1"), 8},
		"a node that is too full takes none":       {two, pods([]podOption{on("a"), requesting("cpu", "9")}), needing("cpu", "1"), 4},
		"what no node has":                         {two, nil, needing("example.com/gpu", "1"), 0},
		"what one node has":                        {nodes{two[0], node("c", having("pods", "5", "example.com/gpu", "3"))}, nil, needing("example.com/gpu", "1"), 3},
		"a request for nothing of it":              {two, nil, needing("example.com/gpu", "0", "cpu", "1"), 8},
		"a node that is cordoned":                  {nodes{two[0], node("c", cordoned)}, nil, needing("cpu", "1"), 4},
		"which can be tolerated":                   {nodes{two[0], node("c", cordoned)}, nil, tolerating(corev1.Toleration{Key: "node.kubernetes.io/unschedulable", Operator: corev1.TolerationOpExists}), 8},
		"a node that is not ready":                 {nodes{two[0], node("c", notReady)}, nil, needing("cpu", "1"), 4},
		"a taint":                                  {nodes{two[0], node("c", tainted(gpus))}, nil, needing("cpu", "1"), 4},
		"that is tolerated":                        {nodes{two[0], node("c", tainted(gpus))}, nil, tolerating(corev1.Toleration{Key: "gpus", Value: "yes"}), 8},
		"one of two that is tolerated":             {nodes{two[0], node("c", tainted(gpus, leave))}, nil, tolerating(corev1.Toleration{Key: "gpus", Value: "yes"}), 4},
		"for a time that is over at once":          {nodes{two[0], node("c", tainted(leave))}, nil, tolerating(corev1.Toleration{Key: "drained", Operator: corev1.TolerationOpExists, TolerationSeconds: &zero}), 8},
		"a taint that is a preference":             {nodes{node("c", tainted(corev1.Taint{Key: "old", Effect: corev1.TaintEffectPreferNoSchedule}))}, nil, needing("cpu", "1"), 4},
		"selected by a label":                      {two, nil, selecting(corev1.LabelTopologyZone, "eu-2"), 4},
		"selected by a label that none has":        {two, nil, selecting("disk", "ssd"), 0},
		"selected by host":                         {two, nil, selecting(corev1.LabelHostname, "b"), 4},
		"an affinity to some":                      {two, nil, affine(expression(corev1.LabelTopologyZone, corev1.NodeSelectorOpIn, "eu-2", "eu-3")), 4},
		"an affinity to either":                    {two, nil, affine(expression(corev1.LabelTopologyZone, corev1.NodeSelectorOpIn, "eu-1"), expression(corev1.LabelTopologyZone, corev1.NodeSelectorOpIn, "eu-2")), 8},
		"an affinity to what lacks a label":        {two, nil, affine(expression("disk", corev1.NodeSelectorOpDoesNotExist)), 8},
		"an affinity away from a host":             {two, nil, affine(expression(corev1.LabelHostname, corev1.NodeSelectorOpNotIn, "a")), 4},
		"an affinity to a name":                    {two, nil, affine(named(corev1.NodeSelectorOpIn, "a")), 4},
		"an affinity away from a name":             {nodes{two[0], two[1], node("c")}, nil, affine(named(corev1.NodeSelectorOpNotIn, "a")), 8},
		"an affinity to more than a number":        {nodes{node("c", func(n *corev1.Node) { n.Labels["generation"] = "7" })}, nil, affine(expression("generation", corev1.NodeSelectorOpGt, "6")), 4},
		"an affinity that is no number":            {nodes{node("c", func(n *corev1.Node) { n.Labels["generation"] = "7" })}, nil, affine(expression("generation", corev1.NodeSelectorOpGt, "six")), 0},
		"an affinity to nothing":                   {two, nil, affine(corev1.NodeSelectorTerm{}), 0},
		"an affinity without a term":               {two, nil, affine(), 0},
		"what is on a node that is not known":      {two, pods([]podOption{on("z"), requesting("cpu", "4")}), needing("cpu", "1"), 8},
		"replicas that share no node":              {two, nil, apart(nil), 2},
		"nor one with others":                      {two, pods([]podOption{on("a")}), apart(labels.Set{"app": "web"}), 1},
		"of which others is said":                  {two, pods([]podOption{on("a")}), apart(labels.Set{"app": "db"}), 2},
		"where none fits there is not one":         {two, pods([]podOption{on("a"), requesting("cpu", "4"), labelled("app", "x")}), apart(labels.Set{"app": "web"}), 1},
		"thousandths of what is counted in wholes": {nodes{node("c", having("pods", "9", "memory", "10"))}, nil, needing("memory", "2500m"), 3},
	} {
		t.Run(name, func(t *testing.T) {
			var podsFirst, nodesFirst capacity.Inventory
			fill(&nodesFirst, c.nodes, c.pods)
			for _, p := range c.pods {
				podsFirst.SetPod(p)
			}
			fill(&podsFirst, c.nodes, nil)
			require.Equal(t, c.want, nodesFirst.Room(c.workload))
			require.Equal(t, c.want, podsFirst.Room(c.workload))
		})
	}
}

func fill(i *capacity.Inventory, nodes []*corev1.Node, pods []*corev1.Pod) {
	for _, n := range nodes {
		i.SetNode(n)
	}
	for _, p := range pods {
		i.SetPod(p)
	}
}

// TestANodeIsFollowedThroughItsLife with a pod on it that stays.
func TestANodeIsFollowedThroughItsLife(t *testing.T) {
	var i capacity.Inventory
	one := needing("cpu", "1")
	i.SetPod(pod("web-0", on("a"), requesting("cpu", "1")))
	for _, step := range []struct {
		options []nodeOption
		want    int64
	}{
		{nil, 3},
		{[]nodeOption{having("pods", "10", "cpu", "8")}, 7},
		{[]nodeOption{having("pods", "2", "cpu", "8")}, 1},
		{[]nodeOption{having("pods", "10", "cpu", "8"), cordoned}, 0},
		{[]nodeOption{having("pods", "10", "cpu", "8"), in("eu-1")}, 7},
	} {
		require.True(t, i.SetNode(node("a", step.options...)))
		require.False(t, i.SetNode(node("a", step.options...)), "the same again")
		require.Equal(t, step.want, i.Room(one))
	}
	require.True(t, i.DeleteNode("a"))
	require.False(t, i.DeleteNode("a"))
	require.Zero(t, i.Room(one))
	require.True(t, i.SetNode(node("a")))
	require.Equal(t, int64(3), i.Room(one), "what is on it was remembered")
	require.True(t, i.DeletePod("web-0"))
	require.Equal(t, int64(4), i.Room(one))
}
