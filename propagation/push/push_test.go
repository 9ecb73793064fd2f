package push_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/propagationtest"
	"github.com/fedrail/fedrail/propagation/push"
	"github.com/fedrail/fedrail/status"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// clusters are the members of a test.
type clusters struct {
	*federation.Members
	configs map[federation.ClusterName]*rest.Config
}

func (c clusters) Config(name federation.ClusterName) (*rest.Config, error) {
	config, known := c.configs[name]
	if !known {
		return nil, federation.ErrClusterNotFound
	}
	return rest.CopyConfig(config), nil
}

// ready makes members of servers, their requests counted.
func ready(counter *budget.Counter, members ...*controlplane.Server) clusters {
	c := clusters{Members: federation.NewMembers(), configs: map[federation.ClusterName]*rest.Config{}}
	for _, s := range members {
		name := federation.ClusterName(s.Cluster())
		c.configs[name] = s.Config()
		c.configs[name].Wrap(counter.Wrap(s.Cluster()))
		c.Put(federation.Cluster{Name: name, Ready: true})
	}
	return c
}

var configMaps = federation.Type{Version: "v1", Kind: "ConfigMap", Resource: "configmaps", Scope: federation.NamespaceScoped}

func TestPushKeepsTheContract(t *testing.T) {
	member := servers.Shared(t, "member1")[0]
	for name, how := range map[string]push.Options{
		"metadata alone": {}, "with status": {Collection: push.Status}, "judged": {Judge: status.Kinds{}},
	} {
		t.Run(name, func(t *testing.T) {
			namespace := controlplanetest.Namespace(t, member)
			client, err := dynamic.NewForConfig(member.Config())
			require.NoError(t, err)
			there := client.Resource(configMaps.GroupVersionResource()).Namespace(namespace)
			propagationtest.Test(t, func(t *testing.T) propagationtest.Subject {
				how.Clusters, how.Type = ready(budget.New(), member), configMaps
				p, err := push.New(how)
				require.NoError(t, err)
				return propagationtest.Subject{
					Propagator: p, Cluster: "member1",
					Object: func(name string) *unstructured.Unstructured { return configMap(namespace, name) },
					Change: func(o *unstructured.Unstructured) { o.Object["data"] = map[string]any{"color": "red"} },
					Live: func(k propagation.Key) *unstructured.Unstructured {
						o, err := there.Get(context.Background(), k.Name, metav1.GetOptions{})
						if apierrors.IsNotFound(err) {
							return nil
						}
						require.NoError(t, err)
						return o
					},
					Delete: func(k propagation.Key) {
						require.NoError(t, unlessGone(there.Delete(context.Background(), k.Name, metav1.DeleteOptions{})))
					},
				}
			})
		})
	}
}

func unlessGone(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func configMap(namespace, name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": name, "namespace": namespace},
		"data":     map[string]any{"color": "blue"},
	}}
}
