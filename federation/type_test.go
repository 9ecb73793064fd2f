package federation_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation"
)

func TestTypeNames(t *testing.T) {
	deployments := federation.Type{Group: "apps", Version: "v1", Kind: "Deployment", Resource: "deployments", Scope: federation.NamespaceScoped}
	require.Equal(t, "deployments.apps", deployments.String())
	require.Equal(t, schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}, deployments.GroupVersionKind())
	require.Equal(t, schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}, deployments.GroupVersionResource())
	require.Equal(t, schema.GroupKind{Group: "apps", Kind: "Deployment"}, deployments.GroupKind())
}

func TestTypeOfTheCoreGroupHasAShortName(t *testing.T) {
	require.Equal(t, "configmaps", federation.Type{Version: "v1", Kind: "ConfigMap", Resource: "configmaps"}.String())
}
