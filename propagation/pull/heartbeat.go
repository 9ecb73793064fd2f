package pull

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
)

// patience is how many heartbeats may fail to come before a member counts as not
// ready.
const patience = 4

func leases() schema.GroupVersionResource {
	return coordinationv1.SchemeGroupVersion.WithResource("leases")
}

// probe asks the member whether it is well.
type probe struct{ client rest.Interface }

func newProbe(config *rest.Config) (probe, error) {
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return probe{}, err
	}
	return probe{client.RESTClient()}, nil
}

func (p probe) check(ctx context.Context) error {
	return p.client.Get().AbsPath("/readyz").Do(ctx).Error()
}

// beat renews the Lease on the host until ctx ends, as long as the member is
// well.
func (a *Agent) beat(ctx context.Context, member probe) {
	ticker := time.NewTicker(a.Heartbeat)
	defer ticker.Stop()
	for ctx.Err() == nil {
		err := a.renew(ctx, member)
		a.condition.noteBeat(err)
		if err != nil && ctx.Err() == nil {
			a.Logger.Info("no heartbeat", "reason", err.Error())
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

func (a *Agent) renew(ctx context.Context, member probe) error {
	ctx, cancel := context.WithTimeout(ctx, max(a.Heartbeat, time.Second))
	defer cancel()
	if err := member.check(ctx); err != nil {
		return fmt.Errorf("the member is not well: %w", err)
	}
	lifetime := (patience*a.Heartbeat + time.Second - 1) / time.Second
	body, err := json.Marshal(map[string]any{"spec": map[string]any{
		"holderIdentity":       string(a.Cluster),
		"leaseDurationSeconds": int64(lifetime),
		"renewTime":            metav1.NewMicroTime(time.Now()),
	}})
	if err != nil {
		return err
	}
	_, err = a.Writer.Resource(leases()).Namespace(NamespaceOf(a.Cluster)).
		Patch(ctx, LeaseName, types.MergePatchType, body, metav1.PatchOptions{FieldManager: "fedrail-agent"})
	if err != nil {
		return fmt.Errorf("renew the lease %s/%s on the host: %w", NamespaceOf(a.Cluster), LeaseName, err)
	}
	return nil
}
