package kubefed

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/health"
)

const (
	writeTimeout = 10 * time.Second
	shortRetry   = time.Second
	longRetry    = 30 * time.Second
)

// write keeps the status of one member's KubeFedCluster true until the member
// leaves. A host that does not answer delays nothing else.
func (r *Registry) write(m *member) {
	for pause := shortRetry; ; {
		select {
		case <-m.ctx.Done():
			return
		case <-m.unwritten:
		}
		err := r.writeOnce(m)
		if err == nil || m.ctx.Err() != nil {
			pause = shortRetry
			continue
		}
		logr.FromContextOrDiscard(m.ctx).Error(err, "status is not written")
		select {
		case <-m.ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, longRetry)
		m.signal()
	}
}

// writeOnce sends one request, or none when the status is true already. An
// object that is gone, or another of the same name, needs no status from us.
func (r *Registry) writeOnce(m *member) error {
	r.mu.Lock()
	before, wanted, facts := m.object, m.conditions, m.facts()
	r.mu.Unlock()
	status := news(before.Status, wanted, facts)
	if status == nil {
		return nil
	}
	status.Conditions = stamped(wanted, before.Status.Conditions, metav1.Now())
	after, err := r.patch(m.ctx, before, *status)
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	if err != nil {
		return err
	}
	r.mu.Lock()
	m.see(after)
	r.mu.Unlock()
	r.tell(before, transition(before.Status.Conditions, wanted))
	return nil
}

// news is what to change in a status for it to be true, without conditions; nil
// when it is. A fact that the member does not tell stays as it is: people write
// region and zones by hand.
func news(now corev1beta1.KubeFedClusterStatus, wanted []corev1beta1.ClusterCondition, facts health.Facts) *corev1beta1.KubeFedClusterStatus {
	if wanted == nil {
		return nil
	}
	same := sameConditions(now.Conditions, wanted) &&
		(facts.Version == "" || facts.Version == now.KubernetesVersion) &&
		(facts.Region == "" || facts.Region == now.Region) &&
		(len(facts.Zones) == 0 || slices.Equal(facts.Zones, now.Zones))
	if same {
		return nil
	}
	return &corev1beta1.KubeFedClusterStatus{KubernetesVersion: facts.Version, Region: facts.Region, Zones: facts.Zones}
}

func (r *Registry) patch(ctx context.Context, object *corev1beta1.KubeFedCluster, status corev1beta1.KubeFedClusterStatus) (*corev1beta1.KubeFedCluster, error) {
	ctx, cancel := context.WithTimeout(unlogged(ctx), writeTimeout)
	defer cancel()
	body, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": object.UID}, // not of another object with this name
		"status":   status,
	})
	if err != nil {
		return nil, fmt.Errorf("status of cluster %q: %w", object.Name, err)
	}
	client := r.host.Resource(corev1beta1.KubeFedClusters()).Namespace(r.options.Namespace)
	answer, err := client.Patch(ctx, object.Name, types.MergePatchType, body, metav1.PatchOptions{}, "status")
	if err != nil {
		return nil, fmt.Errorf("patch status of cluster %q: %w", object.Name, err)
	}
	after := &corev1beta1.KubeFedCluster{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(answer.Object, after); err != nil {
		return nil, fmt.Errorf("status of cluster %q as it was written: %w", object.Name, err)
	}
	return after, nil
}

func (r *Registry) tell(object *corev1beta1.KubeFedCluster, e event) {
	if r.options.Recorder == nil || e.Type == "" {
		return
	}
	reference := &corev1.ObjectReference{
		APIVersion: corev1beta1.GroupVersion().String(), Kind: "KubeFedCluster",
		Namespace: object.Namespace, Name: object.Name, UID: object.UID, ResourceVersion: object.ResourceVersion,
	}
	r.options.Recorder.Event(reference, e.Type, e.Reason, e.Message)
}
