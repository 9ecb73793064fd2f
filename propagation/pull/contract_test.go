package pull_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/propagationtest"
	"github.com/fedrail/fedrail/propagation/pull"
	"github.com/fedrail/fedrail/propagation/push"
)

// TestPullKeepsTheContract: a Propagator on the host and an agent in the member
// are together what a Propagator is to be.
func TestPullKeepsTheContract(t *testing.T) {
	all := servers.Shared(t, "host", "member1")
	host, member := all[0], all[1]
	install(t, host)
	admit(t, host, "member1", nil)
	run(t, agentOf(t, host, member, budget.New()))
	for name, collection := range map[string]push.Collection{"metadata alone": push.NoStatus, "with status": push.Status} {
		t.Run(name, func(t *testing.T) {
			namespace := controlplanetest.Namespace(t, member)
			client, err := dynamic.NewForConfig(member.Config())
			require.NoError(t, err)
			there := client.Resource(configMaps.GroupVersionResource()).Namespace(namespace)
			propagationtest.Test(t, func(t *testing.T) propagationtest.Subject {
				toHost := dial(t, host.Config(), budget.New(), "host")
				p, err := pull.New(pull.Options{Client: toHost.objects, Writer: toHost.writer, Type: configMaps, Collection: collection})
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
						if err := there.Delete(context.Background(), k.Name, metav1.DeleteOptions{}); !apierrors.IsNotFound(err) {
							require.NoError(t, err)
						}
					},
				}
			})
		})
	}
}

func configMap(namespace, name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": name, "namespace": namespace},
		"data":     map[string]any{"color": "blue"},
	}}
}
