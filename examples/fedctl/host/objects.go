package host

import (
	"context"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
)

// pageSize is how many objects are read at a time.
const pageSize = 500

// List reads objects, all pages of them. The error is that of the API server; what was
// read before it is returned beside it.
func List(ctx context.Context, from dynamic.ResourceInterface, o metav1.ListOptions) ([]unstructured.Unstructured, error) {
	var all []unstructured.Unstructured
	for o.Limit = pageSize; ; {
		page, err := from.List(ctx, o)
		if err != nil {
			return all, err
		}
		all = append(all, page.Items...)
		if o.Continue = page.GetContinue(); o.Continue == "" {
			return all, nil
		}
	}
}

// As is an object as its Go type.
func As[T any](object *unstructured.Unstructured) (*T, error) {
	into := new(T)
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, into); err != nil {
		return nil, fmt.Errorf("%s %s: %w", object.GetKind(), strings.TrimPrefix(object.GetNamespace()+"/"+object.GetName(), "/"), err)
	}
	return into, nil
}
