package kubefed_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/federationtest"
	"github.com/fedrail/fedrail/federation/kubefed"
)

func TestRegistryKeepsTheContract(t *testing.T) {
	federationtest.TestRegistry(t, func(t *testing.T) federationtest.Fixture {
		h := newHost(t)
		h.secret("token", map[string]string{"token": "any"})
		spec := corev1beta1.KubeFedClusterSpec{
			APIEndpoint: "http://127.0.0.1:1", SecretRef: corev1beta1.LocalSecretReference{Name: "token"},
		}
		registry, err := kubefed.New(h.options())
		require.NoError(t, err)
		ctx, stop := context.WithCancel(context.Background())
		t.Cleanup(stop)
		return federationtest.Fixture{
			Registry: registry,
			Open: func() {
				ended := make(chan error, 1)
				go func() { ended <- registry.Start(ctx) }()
				t.Cleanup(func() {
					stop()
					require.NoError(t, <-ended)
				})
			},
			Put: func(name federation.ClusterName) { h.put(string(name), spec, nil) },
			Remove: func(name federation.ClusterName) {
				require.NoError(t, h.clusters.Delete(t.Context(), string(name), metav1.DeleteOptions{}))
			},
			Relabel: func(name federation.ClusterName, set labels.Set) { h.put(string(name), spec, set) },
			Taint: func(name federation.ClusterName, taints ...corev1.Taint) {
				tainted := spec
				for _, taint := range taints {
					tainted.Taints = append(tainted.Taints, corev1beta1.Taint(taint))
				}
				h.put(string(name), tainted, nil)
			},
			Silence: stop,
		}
	})
}
