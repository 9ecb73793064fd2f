package clusterset

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// statusManager owns the fields of a status that are written here.
const statusManager = "fedrail-clusterset"

// dated are conditions as they are stored: what did not turn has its old time. It
// also says whether they differ from those that are stored.
func dated(said []status.Condition, stored []metav1.Condition, of metav1.Object, now time.Time) (all []metav1.Condition, news bool) {
	for _, s := range said {
		c := metav1.Condition{
			Type: s.Type, Status: metav1.ConditionStatus(s.Status), Reason: s.Reason, Message: s.Message,
			ObservedGeneration: of.GetGeneration(), LastTransitionTime: metav1.NewTime(now),
		}
		before := meta.FindStatusCondition(stored, c.Type)
		if before != nil && before.Status == c.Status {
			c.LastTransitionTime = before.LastTransitionTime
		}
		news = news || before == nil || *before != c
		all = append(all, c)
	}
	return all, news
}

// statusOf is what is to be written of an export, and false when it is so already.
func statusOf(e *v1beta1.ServiceExport, said []status.Condition, now time.Time) (v1beta1.ServiceExportStatus, bool) {
	conditions, news := dated(said, e.Status.Conditions, e, now)
	return v1beta1.ServiceExportStatus{Conditions: conditions}, news
}

// importStatusOf is what is to be written of an import, and false when it is so
// already.
func importStatusOf(i *v1beta1.ServiceImport, w importWord, now time.Time) (v1beta1.ServiceImportStatus, bool) {
	conditions, news := dated([]status.Condition{w.ready}, i.Status.Conditions, i, now)
	s := v1beta1.ServiceImportStatus{Conditions: conditions, EndpointSliceObjects: v1beta1.EndpointSliceObjectsPresent}
	for _, name := range w.clusters {
		s.Clusters = append(s.Clusters, v1beta1.ClusterStatus{Cluster: string(name)})
	}
	return s, news || s.EndpointSliceObjects != i.Status.EndpointSliceObjects || !sameClusters(s.Clusters, i.Status.Clusters)
}

func sameClusters(a, b []v1beta1.ClusterStatus) bool {
	if len(a) != len(b) {
		return false
	}
	named := map[v1beta1.ClusterStatus]bool{}
	for _, c := range a {
		named[c] = true
	}
	for _, c := range b {
		if !named[c] {
			return false
		}
	}
	return true
}

// writeStatus writes the status of an object that was seen in a member, and answers
// with the object after that. One that is gone, or another one by now, needs none:
// then answered is false.
func (r *reach) writeStatus(ctx context.Context, t federation.Type, of metav1.Object, s, into any) (answered bool, err error) {
	body, err := json.Marshal(map[string]any{
		"apiVersion": t.GroupVersionKind().GroupVersion().String(), "kind": t.Kind,
		"metadata": map[string]any{"name": of.GetName(), "namespace": of.GetNamespace(), "uid": of.GetUID()},
		"status":   s,
	})
	if err != nil {
		return false, fmt.Errorf("encode status: %w", err)
	}
	force := true
	answer, err := r.status.Resource(t.GroupVersionResource()).Namespace(of.GetNamespace()).
		Patch(ctx, of.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: statusManager, Force: &force}, "status")
	switch {
	case apierrors.IsNotFound(err) || apierrors.IsConflict(err):
		return false, nil // its end was seen, or will be
	case err != nil:
		return false, fmt.Errorf("status of %s %s/%s: %w", t, of.GetNamespace(), of.GetName(), err)
	}
	return true, decode(answer, into)
}

func decode(answer *unstructured.Unstructured, into any) error {
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(answer.Object, into); err != nil {
		return fmt.Errorf("decode %s: %w", answer.GetKind(), err)
	}
	return nil
}
