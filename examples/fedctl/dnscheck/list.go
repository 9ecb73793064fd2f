package dnscheck

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
)

// list reads objects, all pages of them.
func list[T any](ctx context.Context, from dynamic.ResourceInterface, o metav1.ListOptions) ([]*T, error) {
	var all []*T
	for o.Limit = 500; ; {
		page, err := from.List(ctx, o)
		if apierrors.IsNotFound(err) {
			return nil, fmt.Errorf("the host does not serve them: run \"fedctl install\" there (%w)", err)
		}
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			into := new(T)
			if err := convert(&page.Items[i], into); err != nil {
				return nil, err
			}
			all = append(all, into)
		}
		if o.Continue = page.GetContinue(); o.Continue == "" {
			return all, nil
		}
	}
}

func convert(from *unstructured.Unstructured, into any) error {
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(from.Object, into); err != nil {
		return fmt.Errorf("%s %s/%s: %w", from.GetKind(), from.GetNamespace(), from.GetName(), err)
	}
	return nil
}
