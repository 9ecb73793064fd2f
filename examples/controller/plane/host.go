package plane

import (
	"fmt"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/propagation/budget"
)

// hostName is the name of the host in metrics. No member can have it: the name
// of a KubeFedCluster has no parentheses.
const hostName = "(host)"

// host is how the API server with the federation's objects is reached.
type host struct {
	config  *rest.Config
	dynamic dynamic.Interface
	typed   kubernetes.Interface
}

func newHost(config *rest.Config, requests *budget.Counter) (*host, error) {
	config = rest.CopyConfig(config)
	if config.QPS == 0 {
		config.QPS = -1
	}
	config.Wrap(requests.Wrap(hostName))
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	h := &host{config: config}
	if h.dynamic, err = dynamic.NewForConfigAndClient(config, client); err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	if h.typed, err = kubernetes.NewForConfigAndClient(config, client); err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	return h, nil
}

// members is the registry, with each request to a member counted.
type members struct {
	*kubefed.Registry
	requests *budget.Counter
}

// Config is the registry's, and counts.
func (m members) Config(name federation.ClusterName) (*rest.Config, error) {
	config, err := m.Registry.Config(name)
	if err == nil {
		config.Wrap(m.requests.Wrap(string(name)))
	}
	return config, err
}
