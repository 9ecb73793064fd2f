package dnscheck

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// list reads objects as their Go type, all pages of them.
func list[T any](ctx context.Context, from dynamic.ResourceInterface, o metav1.ListOptions) ([]*T, error) {
	objects, err := host.List(ctx, from, o)
	if apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("the host does not serve them: run \"fedctl install\" there (%w)", err)
	}
	if err != nil {
		return nil, err
	}
	all := make([]*T, len(objects))
	for i := range objects {
		if all[i], err = host.As[T](&objects[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}
