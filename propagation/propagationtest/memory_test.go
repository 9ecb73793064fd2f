package propagationtest_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/propagation/propagationtest"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	propagationtest.Test(t, func(*testing.T) propagationtest.Subject {
		m := &memory.Propagator{}
		return propagationtest.Subject{
			Propagator: m,
			Cluster:    "member1",
			Object:     configMap,
			Change: func(o *unstructured.Unstructured) {
				_ = unstructured.SetNestedField(o.Object, "changed", "data", "key")
			},
			Live:   func(k propagation.Key) *unstructured.Unstructured { return m.Get("member1", k) },
			Delete: func(k propagation.Key) { m.Drop("member1", k) },
		}
	})
}

func configMap(name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": name, "namespace": "shop"},
		"data":     map[string]any{"key": "value"},
	}}
}
