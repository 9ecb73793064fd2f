package follow_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/propagation/follow"
)

// TestReferences: the template is found by its place, and each way to name an
// object in it is known.
func TestReferences(t *testing.T) {
	for _, row := range []struct {
		name, object string
		want         []string
	}{
		{name: "nothing at all", object: `{}`},
		{name: "no pod template", object: `{kind: ConfigMap, data: {a: b}}`},
		{name: "a spec of another kind", object: `{kind: Widget, spec: {serviceAccountName: builder}}`},
		{name: "a pod without references", object: `{kind: Pod, spec: {containers: [{name: main}]}}`},
		{
			name: "a Pod", object: `{kind: Pod, spec: {serviceAccountName: builder, containers: [{name: main}]}}`,
			want: []string{"ServiceAccount builder"},
		},
		{
			name: "a Deployment", object: `{kind: Deployment, spec: {template: {spec: {serviceAccountName: builder, containers: [{name: main}]}}}}`,
			want: []string{"ServiceAccount builder"},
		},
		{
			name: "a kind that nobody knows", object: `{kind: Rollout, spec: {template: {spec: {serviceAccountName: builder, containers: [{name: main}]}}}}`,
			want: []string{"ServiceAccount builder"},
		},
		{
			name: "a CronJob", object: `{spec: {schedule: "@daily", jobTemplate: {spec: {template: {spec: {serviceAccountName: builder, containers: [{}]}}}}}}`,
			want: []string{"ServiceAccount builder"},
		},
		{
			name: "a PodTemplate", object: `{template: {spec: {serviceAccountName: builder, containers: [{}]}}}`,
			want: []string{"ServiceAccount builder"},
		},
		{
			name: "the old name of the account", object: `{spec: {serviceAccount: builder, containers: [{}]}}`,
			want: []string{"ServiceAccount builder"},
		},
		{
			name:   "what each namespace has by itself",
			object: `{spec: {serviceAccountName: default, containers: [{}], volumes: [{configMap: {name: kube-root-ca.crt}}]}}`,
		},
		{
			name: "pull secrets", object: `{spec: {imagePullSecrets: [{name: b}, {name: a}, {name: ""}, {}], containers: [{}]}}`,
			want: []string{"Secret a", "Secret b"},
		},
		{
			name: "volumes", object: `{spec: {containers: [{}], volumes: [
				{name: v1, configMap: {name: config}}, {name: v2, secret: {secretName: password}},
				{name: v3, persistentVolumeClaim: {claimName: data}}, {name: v4, emptyDir: {}},
				{name: v5, csi: {driver: x, nodePublishSecretRef: {name: csi}}}, {name: v6, iscsi: {secretRef: {name: chap}}}]}}`,
			want: []string{"ConfigMap config", "PersistentVolumeClaim data", "Secret chap", "Secret csi", "Secret password"},
		},
		{
			name: "projected volumes", object: `{spec: {containers: [{}], volumes: [{projected: {sources: [
				{configMap: {name: config}}, {secret: {name: password}}, {serviceAccountToken: {path: token}}, {downwardAPI: {}}]}}]}}`,
			want: []string{"ConfigMap config", "Secret password"},
		},
		{
			name: "variables", object: `{spec: {containers: [{env: [{name: A, value: a},
				{name: B, valueFrom: {configMapKeyRef: {name: config, key: b}}}, {name: C, valueFrom: {secretKeyRef: {name: password, key: c}}},
				{name: D, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}]}}`,
			want: []string{"ConfigMap config", "Secret password"},
		},
		{
			name: "variables from all of an object", object: `{spec: {containers: [{envFrom: [{configMapRef: {name: config}}, {secretRef: {name: password}}]}]}}`,
			want: []string{"ConfigMap config", "Secret password"},
		},
		{
			name: "all kinds of containers, and each name once", object: `{spec: {containers: [{envFrom: [{configMapRef: {name: a}}]}],
				initContainers: [{envFrom: [{configMapRef: {name: b}}, {configMapRef: {name: a}}]}],
				ephemeralContainers: [{envFrom: [{configMapRef: {name: c}}]}]}}`,
			want: []string{"ConfigMap a", "ConfigMap b", "ConfigMap c"},
		},
		{
			name: "what need not be there, unless somebody else needs it", object: `{spec: {containers: [{envFrom: [{configMapRef: {name: a, optional: true}},
				{configMapRef: {name: b, optional: true}}, {configMapRef: {name: b}}, {secretRef: {name: c, optional: false}}]}],
				volumes: [{configMap: {name: d, optional: true}}]}}`,
			want: []string{"ConfigMap a, if there", "ConfigMap b", "ConfigMap d, if there", "Secret c"},
		},
		{name: "what has not the form that it should", object: `{spec: {containers: [1, null], volumes: {}, imagePullSecrets: [[]], serviceAccountName: 5}}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := &unstructured.Unstructured{}
			require.NoError(t, yaml.Unmarshal([]byte(row.object), &o.Object))
			before := o.DeepCopy()
			var got []string
			for _, r := range follow.References(o) {
				words := r.Type.Kind + " " + r.Name
				if r.Optional {
					words += ", if there"
				}
				got = append(got, words)
			}
			require.Equal(t, row.want, got)
			require.Equal(t, before, o, "the object is not changed")
		})
	}
	require.Empty(t, follow.References(nil))
}
