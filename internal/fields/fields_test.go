package fields_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/internal/fields"
)

// owned is what an API server says that we own of the Deployment below.
const owned = `{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:replicas":{},"f:selector":{},
"f:template":{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"main\"}":{".":{},"f:name":{},"f:image":{},"f:args":{},
"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}},"f:volumes":{"k:{\"name\":\"tmp\"}":{".":{},"f:name":{},"f:emptyDir":{}}}}}}}`

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: web:1
        args: [serve, fast]
        ports: [{containerPort: 80}]
      volumes: [{name: tmp, emptyDir: {}}]
`

func TestMissing(t *testing.T) {
	tests := map[string]struct {
		add  string // merged over the Deployment at the top of spec
		want []string
	}{
		"all is owned":                  {"{}", nil},
		"a field that is not":           {"paused: true", []string{".spec.paused"}},
		"null and empty count as owned": {"{paused: null, strategy: {}, hosts: []}", nil},
		"an item that is not":           {"{template: {spec: {containers: [{name: other, image: x}]}}}", []string{".spec.template.spec.containers[0]"}},
		"a field of an item that is not": {"{template: {spec: {containers: [{name: main, tty: true}]}}}",
			[]string{`.spec.template.spec.containers[name="main"].tty`}},
		"a key that the API server defaulted": {"{template: {spec: {containers: [{name: main, ports: [{containerPort: 80, protocol: UDP}]}]}}}",
			[]string{`.spec.template.spec.containers[name="main"].ports[0]`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			object, add := map[string]any{}, map[string]any{}
			require.NoError(t, yaml.Unmarshal([]byte(deployment), &object))
			require.NoError(t, yaml.Unmarshal([]byte(tt.add), &add))
			for field, v := range add {
				object["spec"].(map[string]any)[field] = v
			}
			require.ElementsMatch(t, tt.want, pathsOf(fields.Missing(owned, object)))
		})
	}
}

func TestMissingWithoutASet(t *testing.T) {
	object := map[string]any{"kind": "ConfigMap", "metadata": map[string]any{"name": "a"}, "data": map[string]any{"k": "v"}}
	require.Equal(t, []string{".data"}, pathsOf(fields.Missing("", object)))
	require.Equal(t, []string{".data"}, pathsOf(fields.Missing("no JSON", object)))
}

func TestLostBetweenNamesFieldAndTaker(t *testing.T) {
	before := `{"f:data":{"f:a":{},"f:b":{},"f:c":{}}}`
	now := `{"f:data":{"f:a":{}}}`
	entries := []metav1.ManagedFieldsEntry{
		entry("fedrail", metav1.ManagedFieldsOperationApply, now),
		entry("rival", metav1.ManagedFieldsOperationUpdate, `{"f:data":{"f:b":{}}}`),
	}
	lost := fields.LostBetween(before, now, entries)
	require.Equal(t, []string{".data.b", ".data.c"}, pathsOf(lost))
	require.Equal(t, []string{"rival", ""}, []string{lost[0].By, lost[1].By})
	require.Empty(t, fields.LostBetween(now, before, entries), "a set that grew lost nothing")
}

func TestOwnedIsWhatWasApplied(t *testing.T) {
	entries := []metav1.ManagedFieldsEntry{
		entry("fedrail", metav1.ManagedFieldsOperationUpdate, `{"f:a":{}}`),
		entry("fedrail", metav1.ManagedFieldsOperationApply, `{"f:b":{}}`),
	}
	require.Equal(t, `{"f:b":{}}`, fields.Owned(entries, "fedrail"))
	require.Empty(t, fields.Owned(entries, "another"))
}

func entry(manager string, operation metav1.ManagedFieldsOperationType, set string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{Manager: manager, Operation: operation, FieldsV1: metav1.NewFieldsV1(set)}
}

func pathsOf(lost []fields.Lost) []string {
	var paths []string
	for _, l := range lost {
		paths = append(paths, l.Path)
	}
	return paths
}
