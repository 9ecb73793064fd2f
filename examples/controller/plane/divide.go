package plane

import (
	"k8s.io/client-go/tools/record"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation/federated"
	"github.com/fedrail/fedrail/scheduling/capacity"
	"github.com/fedrail/fedrail/scheduling/preference"
)

// divide is what divides replicas as preferences say: that, and what watches pods
// for it; nothing when the feature is off. Of members that fetch it is not known
// what their pods do.
func (p *Plane) divide(m members, types *federated.Types, recorder record.EventRecorder) ([]start, error) {
	if !p.enabled(corev1beta1.SchedulerPreferences) {
		p.Logger.Info("replicas are not divided by preference", "feature", corev1beta1.SchedulerPreferences, "configuration", corev1beta1.Disabled)
		return nil, nil
	}
	var dividing *preference.Controller
	pods, err := capacity.New(capacity.Options{Clusters: m.written, Logger: p.Logger.WithName("pods"),
		Changed: func(cluster federation.ClusterName, namespace string) { dividing.PodsChanged(cluster, namespace) }})
	if err != nil {
		return nil, err
	}
	o := preference.Options{
		Client: p.host.dynamic, Writer: p.host.metadata, SystemNamespace: p.Namespace, Scope: p.Config.Spec.Scope,
		Registry: m, Pods: pods, Metrics: p.metrics.queues, Events: recorder, Logger: p.Logger.WithName("preferences"),
	}
	if p.enabled(corev1beta1.PushReconciler) {
		o.Copies = types
	}
	if dividing, err = preference.New(o); err != nil {
		return nil, err
	}
	return []start{pods.Start, dividing.Start}, nil
}
