package push_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/testbed"
)

// filled is a type, a template of it, and what a member fills in.
type filled struct {
	kind     federation.Type
	template string
	// fills is a merge patch by a controller in the member, "" where the API
	// server fills in everything by itself; status is one of the status.
	fills, status string
	// kept are fields that the template does not name, and that are there.
	kept [][]string
}

func kindOf(group, version, kind, resource string) federation.Type {
	return federation.Type{Group: group, Version: version, Kind: kind, Resource: resource, Scope: federation.NamespaceScoped}
}

func fillings() []filled {
	webhooks := kindOf("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations")
	volumes := kindOf("", "v1", "PersistentVolume", "persistentvolumes")
	webhooks.Scope, volumes.Scope = federation.ClusterScoped, federation.ClusterScoped
	return []filled{
		{
			kind:     kindOf("", "v1", "Service", "services"),
			template: `spec: {type: LoadBalancer, selector: {app: web}, ports: [{name: http, port: 80}, {name: tls, port: 443, protocol: TCP}]}`,
			fills:    `{"metadata":{"annotations":{"cloud/id":"lb-1"},"finalizers":["example.com/lb"]},"spec":{"loadBalancerClass":null}}`,
			status:   `{"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}}`,
			kept: [][]string{{"spec", "clusterIP"}, {"spec", "clusterIPs"}, {"spec", "ports"}, {"spec", "ipFamilies"},
				{"metadata", "annotations", "cloud/id"}, {"metadata", "finalizers"}, {"status", "loadBalancer"}},
		},
		{
			kind:     kindOf("", "v1", "ServiceAccount", "serviceaccounts"),
			template: `automountServiceAccountToken: false`,
			fills:    `{"secrets":[{"name":"token-1"}],"imagePullSecrets":[{"name":"registry"}]}`,
			kept:     [][]string{{"secrets"}, {"imagePullSecrets"}},
		},
		{
			kind:     kindOf("batch", "v1", "Job", "jobs"),
			template: `spec: {template: {spec: {restartPolicy: Never, containers: [{name: work, image: "work:1"}]}}}`,
			status:   `{"status":{"active":1}}`,
			kept: [][]string{{"spec", "selector"}, {"spec", "template", "metadata", "labels"}, {"spec", "template", "spec", "containers"},
				{"status", "active"}},
		},
		{
			kind:     kindOf("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
			template: `spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}`,
			fills: `{"metadata":{"annotations":{"pv.kubernetes.io/bind-completed":"yes"},"finalizers":["kubernetes.io/pvc-protection"]},` +
				`"spec":{"volumeName":"pv-1","storageClassName":"fast"}}`,
			kept: [][]string{{"spec", "volumeName"}, {"spec", "storageClassName"}, {"metadata", "finalizers"},
				{"metadata", "annotations", "pv.kubernetes.io/bind-completed"}},
		},
		{
			kind:     volumes,
			template: `spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data}}`,
			fills:    `{"spec":{"claimRef":{"kind":"PersistentVolumeClaim","namespace":"shop","name":"data"}}}`,
			kept:     [][]string{{"spec", "claimRef"}, {"spec", "persistentVolumeReclaimPolicy"}},
		},
		{
			kind: webhooks,
			template: `webhooks: [{name: a.example.com, admissionReviewVersions: [v1], sideEffects: None, failurePolicy: Ignore,
  clientConfig: {service: {namespace: shop, name: hook}}, rules: [{apiGroups: [example.com], apiVersions: [v1], operations: [CREATE], resources: [nothings]}]}]`,
			fills: "caBundle", // set by JSON patch
			kept:  [][]string{{"webhooks"}},
		},
		{
			kind:     testbed.Deployments(),
			template: `spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}`,
			fills:    `{"metadata":{"annotations":{"deployment.kubernetes.io/revision":"7"}},"spec":{"replicas":5}}`,
			status:   `{"status":{"replicas":5}}`,
			kept: [][]string{{"spec", "replicas"}, {"spec", "strategy"}, {"metadata", "annotations", "deployment.kubernetes.io/revision"},
				{"status", "replicas"}},
		},
	}
}

// TestWhatAMemberFillsInStays over ten changes of the template.
func TestWhatAMemberFillsInStays(t *testing.T) {
	for _, f := range fillings() {
		t.Run(f.kind.Kind, func(t *testing.T) {
			o := newOwning(t, f.kind)
			name := "web-" + o.Namespace
			template := map[string]any{}
			require.NoError(t, yaml.Unmarshal([]byte(f.template), &template))
			o.declare(name, template)
			t.Cleanup(func() { o.letGo(name) })
			o.fill(name, f)
			before := o.Copy(o.Servers[0], f.kind, name)
			for i := range 10 {
				o.Patch(f.kind, name, fmt.Sprintf(`{"spec":{"template":{"metadata":{"labels":{"round":"%d"},"annotations":{"round":"%d"}}}}}`, i, i))
				o.untilAt(name, fmt.Sprint(i), "metadata", "labels", "round")
			}
			o.UntilReady(f.kind, name)
			after := o.Copy(o.Servers[0], f.kind, name)
			require.Equal(t, before.GetUID(), after.GetUID())
			for _, path := range f.kept {
				was, found, err := unstructured.NestedFieldCopy(before.Object, path...)
				require.NoError(t, err)
				require.True(t, found, "%v is filled in", path)
				is, _, _ := unstructured.NestedFieldCopy(after.Object, path...)
				require.Equal(t, was, is, path)
			}
			require.Equal(t, "9", after.GetAnnotations()["round"])
			require.Empty(t, drifts(&many{Bed: o.Bed}, name))
		})
	}
}

// fill does what controllers in the member do.
func (o owning) fill(name string, f filled) {
	o.Helper()
	switch f.fills {
	case "":
	case "caBundle":
		_, err := o.In(o.Servers[0], f.kind).Patch(context.Background(), name, types.JSONPatchType,
			[]byte(`[{"op":"add","path":"/webhooks/0/clientConfig/caBundle","value":"Q0E="}]`), metav1.PatchOptions{FieldManager: "injector"})
		require.NoError(o, err)
	default:
		o.change("filler", name, f.fills)
	}
	if f.status != "" {
		o.change("filler", name, f.status, "status")
	}
}

// letGo takes finalizers off that nobody in the member serves.
func (o owning) letGo(name string) {
	_, _ = o.In(o.Servers[0], o.kind).Patch(context.Background(), name, types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
}
