package externaldns

import (
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// federatedTypes are the configs that federate what records give names to, as they
// were last read. The zero value reads them.
type federatedTypes struct {
	mu    sync.Mutex
	known map[Kind]*corev1beta1.FederatedTypeConfig
}

// forget has them read again.
func (f *federatedTypes) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known = nil
}

// federatedType is the config that federates what records of a kind give names to,
// and false when there is none. Of several it is the first by name.
func (c *Controller) federatedType(k kind) (*corev1beta1.FederatedTypeConfig, bool) {
	c.types.mu.Lock()
	defer c.types.mu.Unlock()
	if c.types.known == nil {
		c.types.known = map[Kind]*corev1beta1.FederatedTypeConfig{}
		for _, k := range c.kinds {
			c.types.known[k.Kind] = firstFor(k, c.configs.All())
		}
	}
	config := c.types.known[k.Kind]
	return config, config != nil
}

// firstFor is the first config, by name, that federates what records of a kind give
// names to; nil when there is none. One that cannot be read counts as none: whoever
// carries objects says so.
func firstFor(k kind, configs []*unstructured.Unstructured) *corev1beta1.FederatedTypeConfig {
	var first *corev1beta1.FederatedTypeConfig
	for _, content := range configs {
		config := &corev1beta1.FederatedTypeConfig{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content.Object, config); err != nil || config.DeletionTimestamp != nil {
			continue
		}
		config = config.WithDefaults()
		if t := config.Spec.TargetType.Type(); t.Group != k.target.Group || t.Kind != k.target.Kind {
			continue
		}
		if first == nil || strings.Compare(config.Name, first.Name) < 0 {
			first = config
		}
	}
	return first
}
