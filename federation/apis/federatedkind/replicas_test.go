package federatedkind_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

func TestHasReplicas(t *testing.T) {
	kind := schema.GroupVersionKind{Group: "example.com", Version: "v1", Kind: "Thing"}
	const thing = `"x-kubernetes-group-version-kind":[{"group":"example.com","version":"v1","kind":"Thing"}]`
	for name, c := range map[string]struct {
		schemas string
		want    bool
	}{
		"written in place": {schemas: `{"a":{` + thing + `,"properties":{"spec":{"properties":{"replicas":{"type":"integer","format":"int32"}}}}}}`, want: true},
		"by reference": {schemas: `{"a":{` + thing + `,"properties":{"spec":{"$ref":"#/components/schemas/b"}}},
			"b":{"properties":{"replicas":{"type":"integer"}}}}`, want: true},
		"by reference beside a default": {schemas: `{"a":{` + thing + `,"properties":{"spec":{"default":{},"allOf":[{"$ref":"#/components/schemas/b"}]}}},
			"b":{"properties":{"replicas":{"type":"integer"}}}}`, want: true},
		"text":                {schemas: `{"a":{` + thing + `,"properties":{"spec":{"properties":{"replicas":{"type":"string"}}}}}}`},
		"no replicas":         {schemas: `{"a":{` + thing + `,"properties":{"spec":{}}}}`},
		"no spec":             {schemas: `{"a":{` + thing + `}}`},
		"a broken reference":  {schemas: `{"a":{` + thing + `,"properties":{"spec":{"$ref":"#/components/schemas/b"}}}}`},
		"not in the document": {schemas: `{"a":{"properties":{"spec":{"properties":{"replicas":{"type":"integer"}}}}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := federatedkind.HasReplicas([]byte(`{"components":{"schemas":`+c.schemas+`}}`), kind)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestHasReplicasSaysWhichDocumentIsBroken(t *testing.T) {
	_, err := federatedkind.HasReplicas([]byte(`<html>`), schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"})
	require.ErrorContains(t, err, "OpenAPI document of apps/v1")
}
