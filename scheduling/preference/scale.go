package preference

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
)

// scales know the field of custom resources that their scale subresource sets. What
// was found is asked for once; what was not, once a minute.
type scales struct {
	client dynamic.Interface

	mu    sync.Mutex
	paths map[federation.Type]scalePath
}

// scalePath is what was found of a type, and when.
type scalePath struct {
	pointer string // empty: nothing
	asked   time.Time
}

// scalePause is how long nothing stays nothing.
const scalePause = time.Minute

// pathOf is the JSON pointer of that field. It is empty where the host does not
// know the type, does not let its definition be read, or where it cannot be scaled.
func (s *scales) pathOf(ctx context.Context, t federation.Type) (string, error) {
	if !isCustom(t) {
		return "", nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.paths[t]
	if known.pointer != "" || !known.asked.IsZero() && time.Since(known.asked) < scalePause {
		return known.pointer, nil
	}
	path, err := s.ask(ctx, t)
	if err != nil {
		return "", err
	}
	s.paths[t] = scalePath{path, time.Now()}
	return path, nil
}

// forget has all be asked for again.
func (s *scales) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.paths)
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
