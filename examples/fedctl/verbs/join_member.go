package verbs

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

// memberFlags are those of join and unjoin about the cluster itself.
type memberFlags struct {
	context, kubeconfig string
	hostName, secret    string
}

func (m *memberFlags) addTo(c *cobra.Command, s *cli.Session) {
	set := c.Flags()
	set.StringVar(&m.context, "cluster-context", "", "context of the cluster in the kubeconfig file; default CLUSTER_NAME")
	set.StringVar(&m.kubeconfig, "cluster-kubeconfig", "", "kubeconfig file of the cluster, where it is not in that of the host; default context its current one")
	set.StringVar(&m.hostName, "host-cluster-name", "", "part of the account's name in the cluster, for one that joins several federations: CLUSTER_NAME-HOST_NAME")
	set.StringVar(&m.secret, "secret-name", "", "name of the Secret on the host; default CLUSTER_NAME-token")
	cli.Complete(c, "cluster-context", func(string) []string {
		raw, err := m.loader(s).RawConfig()
		if err != nil {
			return nil
		}
		return keysIn(raw.Contexts)
	})
}

func (m *memberFlags) validate() error {
	if strings.ContainsAny(m.hostName, ":/") {
		return fmt.Errorf("--host-cluster-name: got %q, which may not contain : or /", m.hostName)
	}
	return nil
}

// isNamed says whether somebody said how the cluster is reached.
func (m *memberFlags) isNamed() bool { return m.context != "" || m.kubeconfig != "" }

// account is the name of the federation's account in the cluster.
func (m *memberFlags) account(name string) string {
	if m.hostName != "" {
		return name + "-" + m.hostName
	}
	return "fedrail-" + name
}

// loader reads the kubeconfig files that the cluster is in.
func (m *memberFlags) loader(s *cli.Session) clientcmd.ClientConfig {
	if m.kubeconfig == "" {
		return s.Flags.Loader()
	}
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: m.kubeconfig}
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{})
}

// contextFor is the cluster's context: the one that is named; in a file of its own the
// current one; else the one of the cluster's name.
func (m *memberFlags) contextFor(name string, raw clientcmdapi.Config) string {
	if m.kubeconfig != "" {
		return cmp.Or(m.context, raw.CurrentContext)
	}
	return cmp.Or(m.context, name)
}

// config is how the cluster's administrator reaches it. Which context was taken is told
// when nobody named one.
func (m *memberFlags) config(s *cli.Session, name string) (*rest.Config, error) {
	loader := m.loader(s)
	raw, err := loader.RawConfig()
	if err != nil {
		return nil, fmt.Errorf("--cluster-kubeconfig: %w", err)
	}
	context := m.contextFor(name, raw)
	if raw.Contexts[context] == nil {
		return nil, fmt.Errorf("--cluster-context: the kubeconfig has no context %q; it has: %s", context, cli.Quoted(keysIn(raw.Contexts)))
	}
	if m.context == "" {
		s.Tell("cluster: context %q; --cluster-context chooses another", context)
	}
	config, err := clientcmd.NewNonInteractiveClientConfig(raw, context, &clientcmd.ConfigOverrides{}, loader.ConfigAccess()).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("--cluster-context: %w", err)
	}
	return config, rest.LoadTLSFiles(config)
}

// keysIn are the keys of a map, in order.
func keysIn[V any](content map[string]V) []string { return slices.Sorted(maps.Keys(content)) }
