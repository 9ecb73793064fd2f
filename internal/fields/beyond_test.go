package fields_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/internal/fields"
)

func TestBeyond(t *testing.T) {
	tests := map[string]struct {
		object string
		want   []string
	}{
		"all is wanted": {deployment, nil},
		"an item is not": {
			"metadata: {labels: {app: web}}\nspec: {replicas: 3, selector: {}, template: {metadata: {labels: {app: web}}, spec: {containers: " +
				"[{name: main, image: x, args: [], ports: [{containerPort: 80}]}]}}}",
			[]string{`.spec.template.spec.volumes[name="tmp"].emptyDir`, `.spec.template.spec.volumes[name="tmp"].name`},
		},
		"fields are not": {
			"metadata: {labels: {}}\nspec: {selector: {}, template: {metadata: {labels: {app: web}}, spec: {volumes: [{name: tmp, emptyDir: {}}], containers: " +
				"[{name: main, image: x, args: [], ports: [{containerPort: 80}]}]}}}",
			[]string{".metadata.labels.app", ".spec.replicas"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			object := map[string]any{}
			require.NoError(t, yaml.Unmarshal([]byte(tt.object), &object))
			require.ElementsMatch(t, tt.want, fields.Beyond(owned, object))
		})
	}
	require.Empty(t, fields.Beyond(`{"f:metadata":{"f:annotations":{"f:fedrail.io/origin":{}}}}`, map[string]any{}), "our own record")
}
