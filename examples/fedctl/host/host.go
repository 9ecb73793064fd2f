// Package host reads what the host of a federation says: which types are federated,
// which clusters are members, what is declared, and how each member is reached.
package host

import (
	"fmt"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation/setup"
)

// Host is the cluster that has the federation's objects. Make it with [New].
type Host struct {
	Config    *rest.Config
	Namespace string // the system namespace of the federation
	Dynamic   dynamic.Interface
	Typed     kubernetes.Interface
	Discovery discovery.CachedDiscoveryInterface // remembers what it was told
	// Access says how to reach the member of a name; nil is by the credentials that the
	// host has of members.
	Access func(member string) (*rest.Config, error)
}

// New makes a Host of a config, and sends no request.
func New(config *rest.Config, systemNamespace string) (*Host, error) {
	config = rest.CopyConfig(config)
	config.QPS = -1 // the API server's own fairness decides
	config = rest.AddUserAgent(config, "fedctl")
	h := &Host{Config: config, Namespace: systemNamespace}
	var err error
	if h.Dynamic, err = dynamic.NewForConfig(config); err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	if h.Typed, err = kubernetes.NewForConfig(config); err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	h.Discovery = memory.NewMemCacheClient(client)
	return h, nil
}

// Setup is the host for what prepares it.
func (h *Host) Setup() setup.Host {
	return setup.Host{Config: h.Config, Namespace: h.Namespace}
}
