// Package crdtest installs CustomResourceDefinitions on the API servers of
// tests.
package crdtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// Install creates the definitions, or updates those that are there already, and
// returns when the server serves their objects.
func Install(t testing.TB, config *rest.Config, crds ...*apiextensionsv1.CustomResourceDefinition) {
	t.Helper()
	client, err := dynamic.NewForConfig(config)
	require.NoError(t, err)
	for _, crd := range crds {
		apply(t, client, crd)
	}
	for _, crd := range crds {
		waitServed(t, client, crd)
	}
}

func apply(t testing.TB, client dynamic.Interface, crd *apiextensionsv1.CustomResourceDefinition) {
	t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(crd)
	require.NoError(t, err)
	delete(content, "status")
	_, err = client.Resource(apiextensionsv1.SchemeGroupVersion.WithResource("customresourcedefinitions")).
		Apply(t.Context(), crd.Name, &unstructured.Unstructured{Object: content}, metav1.ApplyOptions{FieldManager: "crdtest", Force: true})
	require.NoError(t, err)
}

// waitServed returns when objects of the definition can be listed.
func waitServed(t testing.TB, client dynamic.Interface, crd *apiextensionsv1.CustomResourceDefinition) {
	t.Helper()
	for _, version := range crd.Spec.Versions {
		objects := client.Resource(schema.GroupVersionResource{
			Group: crd.Spec.Group, Version: version.Name, Resource: crd.Spec.Names.Plural,
		})
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			_, err := objects.List(t.Context(), metav1.ListOptions{})
			require.NoError(c, err)
		}, 30*time.Second, 50*time.Millisecond, "%s is not served", crd.Name)
	}
}
