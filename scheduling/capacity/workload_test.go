package capacity_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/scheduling/capacity"
)

func object(t testing.TB, manifest string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	require.NoError(t, yaml.Unmarshal([]byte(manifest), &o.Object))
	return o
}

// asRead is a workload as a test compares it.
type asRead struct {
	namespace, selector string
	needs               map[corev1.ResourceName]string
}

func read(w capacity.Workload) asRead {
	r := asRead{w.Namespace, w.Selector.String(), map[corev1.ResourceName]string{}}
	for name, q := range w.Needs {
		r.needs[name] = q.String()
	}
	return r
}

func TestAWorkloadIsReadFromItsObject(t *testing.T) {
	type needs = map[corev1.ResourceName]string
	for name, c := range map[string]struct {
		manifest string
		want     asRead
	}{
		"what containers need is added up, and a limit stands in for a request": {`
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: shop, name: web}
spec:
  selector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: In, values: [front, back]}]}
  template:
    spec:
      containers:
      - {name: main, resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: 2, example.com/gpu: 1}}}
      - {name: log, resources: {requests: {cpu: 250m}}}
      overhead: {memory: 64Mi}
`, asRead{"shop", "app=web,tier in (back,front)", needs{"cpu": "750m", "memory": "1088Mi", "example.com/gpu": "1"}}},
		"what is needed to start counts when it is more": {`
apiVersion: apps/v1
kind: StatefulSet
metadata: {namespace: shop, name: db}
spec:
  selector: {matchLabels: {app: db}}
  template:
    spec:
      initContainers:
      - {name: load, resources: {requests: {cpu: 1, memory: 4Gi}}}
      - {name: proxy, restartPolicy: Always, resources: {requests: {cpu: 100m, memory: 100Mi}}}
      - {name: check, resources: {requests: {cpu: 3}}}
      containers: [{name: main, resources: {requests: {cpu: 2, memory: 1Gi}}}]
`, asRead{"shop", "app=db", needs{"cpu": "3100m", "memory": "4Gi"}}},
		"what the pod needs as a whole counts in place of the rest": {`
apiVersion: apps/v1
kind: ReplicaSet
metadata: {namespace: shop, name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    spec:
      resources: {requests: {cpu: 4}, limits: {cpu: 8, memory: 2Gi}}
      containers: [{name: main, resources: {requests: {cpu: 1, example.com/gpu: 1}}}]
`, asRead{"shop", "app=web", needs{"cpu": "4", "memory": "2Gi", "example.com/gpu": "1"}}},
		"a Job has no selector": {`
apiVersion: batch/v1
kind: Job
metadata: {namespace: shop, name: report}
spec:
  template: {spec: {containers: [{name: main}]}}
`, asRead{"shop", "batch.kubernetes.io/job-name=report", needs{}}},
		"unless it has": {`
apiVersion: batch/v1
kind: Job
metadata: {namespace: shop, name: report}
spec:
  manualSelector: true
  selector: {matchLabels: {job: report}}
  template: {spec: {containers: [{name: main}]}}
`, asRead{"shop", "job=report", needs{}}},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := capacity.WorkloadOf(object(t, c.manifest))
			require.NoError(t, err)
			require.Equal(t, c.want, read(w))
		})
	}
}

func TestWhereAWorkloadGoesIsRead(t *testing.T) {
	w, err := capacity.WorkloadOf(object(t, `
kind: Deployment
metadata: {namespace: shop, name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    spec:
      containers: [{name: main}]
      nodeSelector: {disk: ssd}
      tolerations: [{key: gpus, operator: Exists}]
      affinity:
        nodeAffinity:
          preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: a, operator: Exists}]}}]
          requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: b, operator: Exists}]}]}
`))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"disk": "ssd"}, w.NodeSelector)
	require.Equal(t, []corev1.Toleration{{Key: "gpus", Operator: corev1.TolerationOpExists}}, w.Tolerations)
	require.Equal(t, &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{expression("b", corev1.NodeSelectorOpExists)}}, w.NodeAffinity)
}

// TestReplicasThatShareNoNodeAreTold from such as only prefer that, or keep apart
// from others alone.
func TestReplicasThatShareNoNodeAreTold(t *testing.T) {
	term := func(term string) string {
		return fmt.Sprintf(`{podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [%s]}}`, term)
	}
	for name, c := range map[string]struct{ field, want string }{
		"nothing is said":         {`affinity: {}`, "<nil>"},
		"by host":                 {"affinity: " + term(`{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}`), "app=web"},
		"by zone":                 {"affinity: " + term(`{topologyKey: topology.kubernetes.io/zone, labelSelector: {matchLabels: {app: web}}}`), "<nil>"},
		"from others":             {"affinity: " + term(`{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: db}}}`), "<nil>"},
		"from those elsewhere":    {"affinity: " + term(`{topologyKey: kubernetes.io/hostname, namespaces: [lab], labelSelector: {matchLabels: {app: web}}}`), "<nil>"},
		"a port of the node":      {`containers: [{name: main, ports: [{containerPort: 80, hostPort: 80}]}]`, "app=web"},
		"a port of their own":     {`containers: [{name: main, ports: [{containerPort: 80}]}]`, "<nil>"},
		"the network of the node": {`hostNetwork: true, containers: [{name: main, ports: [{containerPort: 80}]}]`, "app=web"},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := capacity.WorkloadOf(object(t, `
kind: Deployment
metadata: {namespace: shop, name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {`+c.field+"}"))
			require.NoError(t, err)
			require.Equal(t, c.want, fmt.Sprint(w.Apart))
		})
	}
}

func TestAnObjectThatIsNoWorkloadIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ manifest, want string }{
		"no template": {`
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}}
`, `HorizontalPodAutoscaler "web": spec.template.spec: it is required, what a replica needs is read there`},
		"no selector": {`
kind: Deployment
metadata: {name: web}
spec: {selector: {}, template: {spec: {}}}
`, `Deployment "web": spec.selector: it is required; write matchLabels or matchExpressions that choose the pods`},
		"a selector that makes no sense": {`
kind: Deployment
metadata: {name: web}
spec: {selector: {matchExpressions: [{key: a, operator: Near}]}, template: {spec: {}}}
`, `Deployment "web": spec.selector: "Near" is not a valid label selector operator`},
		"a Job that nobody named": {`
apiVersion: batch/v1
kind: Job
spec: {template: {spec: {}}}
`, `Job "": metadata.name: it is required, the pods of a Job are told by it`},
		"no quantities": {`
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    spec:
      containers: [{name: main}, {name: log, resources: {requests: {cpu: many}}}]
      overhead: {cpu: some}
`, `Deployment "web": spec.template.spec.containers[1].resources: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
spec.template.spec.overhead: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`},
		"containers that are none": {`
kind: Deployment
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, template: {spec: {containers: 3}}}
`, `Deployment "web": spec.template.spec.containers: json: cannot unmarshal number into Go value of type []map[string]interface {}`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := capacity.WorkloadOf(object(t, c.manifest))
			require.EqualError(t, err, c.want)
		})
	}
}
