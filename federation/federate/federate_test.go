package federate_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/federate"
)

func parse(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	require.NoError(t, yaml.Unmarshal([]byte(manifest), &o.Object))
	return o
}

func TestTheTemplateIsWhatWasDeclared(t *testing.T) {
	for name, c := range map[string]struct {
		object, template string
		leftOut          []string
	}{
		"labels and annotations stay, and nothing else of the metadata": {
			object: `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop, uid: u, resourceVersion: "7", generation: 3,
				creationTimestamp: "2026-01-01T00:00:00Z", finalizers: [x], ownerReferences: [{kind: X}], managedFields: [{manager: m}],
				labels: {app: shop, kubefed.io/managed: "true"}, annotations: {note: hello, fedrail.io/origin: o}}, data: {a: b}, immutable: false}`,
			template: `{metadata: {labels: {app: shop}, annotations: {note: hello}}, data: {a: b}, immutable: false}`,
			leftOut:  []string{"metadata.annotations[fedrail.io/origin]", "metadata.labels[kubefed.io/managed]"},
		},
		"what clients and controllers noted goes": {
			object: `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: shop, annotations: {
				kubectl.kubernetes.io/last-applied-configuration: "{}", deployment.kubernetes.io/revision: "3"}}, spec: {replicas: 3}, status: {replicas: 3}}`,
			template: `{spec: {replicas: 3}}`,
			leftOut:  []string{"metadata.annotations[deployment.kubernetes.io/revision]", "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]"},
		},
		"a namespace": {
			object:   `{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: a}}, spec: {finalizers: [kubernetes]}, status: {phase: Active}}`,
			template: `{metadata: {labels: {team: a}}}`, leftOut: []string{"spec.finalizers"},
		},
		"a service account": {
			object:   `{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, namespace: shop}, secrets: [{name: t}], imagePullSecrets: [{name: p}]}`,
			template: `{imagePullSecrets: [{name: p}]}`, leftOut: []string{"secrets"},
		},
		"a service": {
			object: `{apiVersion: v1, kind: Service, metadata: {name: a, namespace: shop}, spec: {clusterIP: 10.0.0.7, clusterIPs: [10.0.0.7],
				healthCheckNodePort: 31000, type: NodePort, ports: [{port: 80, nodePort: 30080}, {port: 81}]}}`,
			template: `{spec: {type: NodePort, ports: [{port: 80}, {port: 81}]}}`,
			leftOut:  []string{"spec.clusterIP", "spec.clusterIPs", "spec.healthCheckNodePort", "spec.ports[0].nodePort"},
		},
		"a service without an address has none anywhere": {
			object:   `{apiVersion: v1, kind: Service, metadata: {name: a, namespace: shop}, spec: {clusterIP: None, clusterIPs: [None]}}`,
			template: `{spec: {clusterIP: None, clusterIPs: [None]}}`,
		},
		"another kind of that name is taken as it is": {
			object:   `{apiVersion: serving.example.com/v1, kind: Service, metadata: {name: a, namespace: shop}, spec: {clusterIP: x}}`,
			template: `{spec: {clusterIP: x}}`,
		},
		"a claim": {
			object: `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a, namespace: shop, annotations: {pv.kubernetes.io/bind-completed: "yes"}},
				spec: {volumeName: pv-1, accessModes: [ReadWriteOnce]}}`,
			template: `{spec: {accessModes: [ReadWriteOnce]}}`,
			leftOut:  []string{"metadata.annotations[pv.kubernetes.io/bind-completed]", "spec.volumeName"},
		},
		"a pod": {
			object:   `{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop}, spec: {nodeName: n, containers: [{name: c}]}}`,
			template: `{spec: {containers: [{name: c}]}}`, leftOut: []string{"spec.nodeName"},
		},
		"a job": {
			object: `{apiVersion: batch/v1, kind: Job, metadata: {name: a, namespace: shop, labels: {controller-uid: u}}, spec: {selector: {matchLabels: {controller-uid: u}},
				template: {metadata: {labels: {app: a, batch.kubernetes.io/controller-uid: u, job-name: a}}}}}`,
			template: `{spec: {template: {metadata: {labels: {app: a}}}}}`,
			leftOut: []string{"spec.selector", "metadata.labels[controller-uid]", "spec.template.metadata.labels[job-name]",
				"spec.template.metadata.labels[batch.kubernetes.io/controller-uid]"},
		},
		"a job with a selector of its own": {
			object:   `{apiVersion: batch/v1, kind: Job, metadata: {name: a, namespace: shop}, spec: {manualSelector: true, selector: {matchLabels: {a: b}}}}`,
			template: `{spec: {manualSelector: true, selector: {matchLabels: {a: b}}}}`,
		},
		"next to nothing": {object: `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}`, template: `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			object := parse(t, c.object)
			r := federate.Object(object, federate.Options{})
			template, _, err := unstructured.NestedMap(r.Object.Object, "spec", "template")
			require.NoError(t, err)
			require.Equal(t, parse(t, c.template).Object, template)
			require.Equal(t, c.leftOut, r.LeftOut)
			require.Equal(t, parse(t, c.object), object, "the argument stays as it is")
		})
	}
}

func TestTheFederatedObjectSaysWhatItDeclaresAndWhere(t *testing.T) {
	for name, c := range map[string]struct {
		object string
		how    federate.Options
		want   string
	}{
		"in a namespace, for all clusters": {
			object: `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}}`,
			want: `{apiVersion: types.kubefed.io/v1beta1, kind: FederatedDeployment, metadata: {name: web, namespace: shop},
				spec: {template: {}, placement: {clusterSelector: {matchLabels: {}}}}}`,
		},
		"a namespace is declared in itself": {
			object: `{apiVersion: v1, kind: Namespace, metadata: {name: shop}}`,
			want: `{apiVersion: types.kubefed.io/v1beta1, kind: FederatedNamespace, metadata: {name: shop, namespace: shop},
				spec: {template: {}, placement: {clusterSelector: {matchLabels: {}}}}}`,
		},
		"for some clusters, by another federated type": {
			object: `{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: reader}, rules: []}`,
			how: federate.Options{Clusters: []federation.ClusterName{"berlin", "madrid"}, Pinned: true,
				Federated: federation.Type{Group: "fed.example.com", Version: "v2", Kind: "FederatedClusterRole", Resource: "federatedclusterroles", Scope: federation.ClusterScoped}},
			want: `{apiVersion: fed.example.com/v2, kind: FederatedClusterRole, metadata: {name: reader},
				spec: {template: {apiVersion: rbac.authorization.k8s.io/v1, rules: []}, placement: {clusters: [{name: berlin}, {name: madrid}]}}}`,
		},
		"for no cluster": {
			object: `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}`,
			how:    federate.Options{Clusters: []federation.ClusterName{}},
			want: `{apiVersion: types.kubefed.io/v1beta1, kind: FederatedConfigMap, metadata: {name: a, namespace: shop},
				spec: {template: {}, placement: {clusters: []}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, parse(t, c.want), federate.Object(parse(t, c.object), c.how).Object)
		})
	}
}

func TestOwner(t *testing.T) {
	for object, want := range map[string]string{
		`{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}`:                                                                       "",
		`{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-1, ownerReferences: [{kind: Deployment, name: web, controller: true}]}}`: `Deployment "web"`,
		`{apiVersion: v1, kind: ConfigMap, metadata: {name: a, ownerReferences: [{kind: App, name: x}]}}`:                                      "",
		`{apiVersion: v1, kind: ConfigMap, metadata: {name: kube-root-ca.crt}}`:                                                                "the cluster",
		`{apiVersion: v1, kind: Secret, metadata: {name: kube-root-ca.crt}, type: Opaque}`:                                                     "",
		`{apiVersion: v1, kind: Secret, metadata: {name: t}, type: kubernetes.io/service-account-token}`:                                       "the cluster",
		`{apiVersion: v1, kind: Secret, metadata: {name: t}, type: bootstrap.kubernetes.io/token}`:                                             "the cluster",
		`{apiVersion: v1, kind: ServiceAccount, metadata: {name: default}}`:                                                                    "the cluster",
		`{apiVersion: v1, kind: ServiceAccount, metadata: {name: builder}}`:                                                                    "",
		`{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: web-x}}`:                                                      "the cluster",
		`{apiVersion: v1, kind: Endpoints, metadata: {name: web}}`:                                                                             "the cluster",
		`{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: leader}}`:                                                          "the cluster",
		`{apiVersion: events.k8s.io/v1, kind: Event, metadata: {name: e}}`:                                                                     "the cluster",
		`{apiVersion: v1, kind: Event, metadata: {name: e}}`:                                                                                   "the cluster",
		`{apiVersion: v1, kind: Service, metadata: {name: kubernetes, namespace: default}}`:                                                    "the cluster",
		`{apiVersion: v1, kind: Service, metadata: {name: kubernetes, namespace: shop}}`:                                                       "",
		`{apiVersion: example.com/v1, kind: Lease, metadata: {name: car}}`:                                                                     "",
	} {
		require.Equal(t, want, federate.Owner(parse(t, object)), object)
	}
}
