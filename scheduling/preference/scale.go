package preference

import (
	"context"
	"fmt"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
)

// scales know the field of custom resources that their scale subresource sets. Each
// type is asked for once.
type scales struct {
	client dynamic.Interface

	mu    sync.Mutex
	paths map[federation.Type]string
}

// pathOf is the JSON pointer of that field. It is empty where the host does not
// know the type, does not let its definition be read, or where it cannot be scaled.
func (s *scales) pathOf(ctx context.Context, t federation.Type) (string, error) {
	if !isCustom(t) {
		return "", nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if path, known := s.paths[t]; known {
		return path, nil
	}
	path, err := s.ask(ctx, t)
	if err != nil {
		return "", err
	}
	s.paths[t] = path
	return path, nil
}

func (s *scales) ask(ctx context.Context, t federation.Type) (string, error) {
	definitions := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	definition, err := s.client.Resource(definitions).Get(ctx, t.String(), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err), apierrors.IsForbidden(err):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("CustomResourceDefinition %s: %w", t, err)
	}
	versions, _, _ := unstructured.NestedSlice(definition.Object, "spec", "versions")
	for _, v := range versions {
		if version, is := v.(map[string]any); is && version["name"] == t.Version {
			path, _, _ := unstructured.NestedString(version, "subresources", "scale", "specReplicasPath")
			return strings.ReplaceAll(path, ".", "/"), nil
		}
	}
	return "", nil
}
