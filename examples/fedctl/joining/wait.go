package joining

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/kubefed"
)

// pause is the time between two looks.
const pause = 300 * time.Millisecond

// Await waits until a member was probed after a time and is ready. When it is not in
// time, the error says how it is.
func Await(ctx context.Context, h *host.Host, name string, patience time.Duration) (federation.Cluster, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, context.DeadlineExceeded)
	defer cancel()
	clusters := h.Dynamic.Resource(corev1beta1.KubeFedClusters()).Namespace(h.Namespace)
	last := federation.Cluster{Message: "it was not looked at"}
	for {
		object, err := clusters.Get(ctx, name, metav1.GetOptions{})
		if err == nil {
			last, err = clusterOf(object)
		}
		switch {
		case ctx.Err() == nil && err != nil:
			return last, err
		case last.Ready:
			return last, nil
		}
		select {
		case <-ctx.Done():
			if context.Cause(ctx) != context.DeadlineExceeded {
				return last, ctx.Err()
			}
			return last, fmt.Errorf("cluster %s is a member, and not ready after %s: %s", name, patience, last.Message)
		case <-time.After(pause):
		}
	}
}

func clusterOf(object *unstructured.Unstructured) (federation.Cluster, error) {
	cluster, err := host.As[corev1beta1.KubeFedCluster](object)
	if err != nil {
		return federation.Cluster{}, err
	}
	return kubefed.ClusterOf(cluster), nil
}
