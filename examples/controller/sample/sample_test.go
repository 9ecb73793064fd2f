package sample_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/controller/sample"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// Every declaration has a template, a placement that is a list of members or a
// selector, and an override for a member that is in it by name.
func TestObjects(t *testing.T) {
	objects, err := sample.Objects()
	require.NoError(t, err)
	require.Len(t, objects, 12)
	for _, o := range objects[1:] {
		t.Run(o.GetKind(), func(t *testing.T) {
			spec, err := federatedkind.SpecOf(o)
			require.NoError(t, err)
			require.NotEmpty(t, spec.Template)
			require.NotEqual(t, spec.Placement.Clusters != nil, spec.Placement.ClusterSelector != nil)
			require.NotEmpty(t, spec.Overrides)
			for _, override := range spec.Overrides {
				require.Contains(t, sample.Members(), override.ClusterName)
				require.NotEmpty(t, override.ClusterOverrides)
			}
		})
	}
}

// There is one type for each kind of declaration.
func TestTypes(t *testing.T) {
	objects, err := sample.Objects()
	require.NoError(t, err)
	kinds := map[string]bool{}
	for _, o := range objects[1:] {
		kinds[o.GetKind()] = true
	}
	require.Len(t, sample.Types(), len(kinds))
}

// The definition for the host is the one that the members get.
func TestDefinition(t *testing.T) {
	definition, err := sample.Definition()
	require.NoError(t, err)
	require.Equal(t, "promotions.shop.example.com", definition.Name)
	require.Equal(t, "Promotion", definition.Spec.Names.Kind)
}

// Nobody's changes are seen by the next caller.
func TestObjectsAreTheCallers(t *testing.T) {
	first, err := sample.Objects()
	require.NoError(t, err)
	require.NoError(t, unstructured.SetNestedField(first[1].Object, "other", "metadata", "name"))
	second, err := sample.Objects()
	require.NoError(t, err)
	require.Equal(t, "shop", second[1].GetName())
}
