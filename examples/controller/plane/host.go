package plane

import (
	"fmt"
	"net"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/connrotation"

	"github.com/fedrail/fedrail/propagation/budget"
)

// hostName is the name of the host in metrics. No member can have it: the name
// of a KubeFedCluster has no parentheses.
const hostName = "(host)"

// host is how the API server with the federation's objects is reached.
type host struct {
	config   *rest.Config
	open     *connrotation.Dialer // made the connections of all clients
	dynamic  dynamic.Interface
	metadata metadata.Interface
	typed    kubernetes.Interface
}

func newHost(config *rest.Config, requests *budget.Counter) (*host, error) {
	h := &host{}
	h.config, h.open = closable(config)
	if h.config.QPS == 0 {
		h.config.QPS = -1
	}
	var err error
	h.config.Wrap(requests.Wrap(hostName))
	client, err := rest.HTTPClientFor(h.config) // over the same connections
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	if h.dynamic, err = dynamic.NewForConfigAndClient(h.config, client); err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	if h.metadata, err = metadata.NewForConfigAndClient(h.config, client); err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	if h.typed, err = kubernetes.NewForConfigAndClient(h.config, client); err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	return h, nil
}

// closable is a copy of the config, and what closes all connections made with
// it: client-go would keep them for whoever comes next.
func closable(config *rest.Config) (*rest.Config, *connrotation.Dialer) {
	open := connrotation.NewDialer((&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext)
	config = rest.CopyConfig(config)
	config.Dial = open.DialContext
	return config, open
}

// disconnect leaves no connection open.
func (h *host) disconnect() { h.open.CloseAll() }
