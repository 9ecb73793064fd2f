package sources

import (
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// StatusPatch is a merge patch that makes the status of an object be another one,
// unless the object has changed since it was read: then the answer is a conflict.
// Before and now are pointers to the statuses; what is absent now is removed.
func StatusPatch(o metav1.Object, before, now any) ([]byte, error) {
	change, err := Change(before, now)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": o.GetUID(), "resourceVersion": o.GetResourceVersion()}, "status": change,
	})
}

// Change is what there is now, as a merge over what was before: what is absent now
// is null. Both are pointers to structs.
func Change(before, now any) (map[string]any, error) {
	was, err := runtime.DefaultUnstructuredConverter.ToUnstructured(before)
	if err != nil {
		return nil, fmt.Errorf("encode status: %w", err)
	}
	change, err := runtime.DefaultUnstructuredConverter.ToUnstructured(now)
	if err != nil {
		return nil, fmt.Errorf("encode status: %w", err)
	}
	for field := range was {
		if _, still := change[field]; !still {
			change[field] = nil
		}
	}
	return change, nil
}
