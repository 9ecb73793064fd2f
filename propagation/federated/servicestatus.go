package federated

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/federation"
	corev1alpha1 "github.com/fedrail/fedrail/federation/apis/core/v1alpha1"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// CollectsServices says of a config that the status of its copies goes into
// FederatedServiceStatuses.
func CollectsServices(config *corev1beta1.FederatedTypeConfig) bool {
	t := config.Spec.StatusType
	return t != nil && t.Kind == corev1alpha1.ServiceStatusKind && config.Spec.StatusCollection == corev1beta1.Enabled
}

// serviceStatuses keep a FederatedServiceStatus beside each FederatedService. They
// are made of what the status of that says, so no member is asked for them.
type serviceStatuses struct {
	services *Objects
	kind     federation.Type // of the FederatedServiceStatuses
	informer cache.SharedIndexInformer
	queue    workqueue.TypedRateLimitingInterface[string]
}

func newServiceStatuses(services *Objects, kind federation.Type) *serviceStatuses {
	return &serviceStatuses{services: services, kind: kind, informer: newInformer(services.Client, kind, services.Namespace),
		queue: workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[string](200*time.Millisecond, 30*time.Second))}
}

// beside has them kept while a loop runs that reads the FederatedServices.
func (s *serviceStatuses) beside(serve func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		var keeping sync.WaitGroup
		defer keeping.Wait()
		keeping.Go(func() { s.keep(ctx) })
		return serve(ctx)
	}
}

// keep keeps them until ctx ends.
func (s *serviceStatuses) keep(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	look := func(obj any) {
		if key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(obj); err == nil {
			s.queue.Add(key)
		}
	}
	handler := cache.ResourceEventHandlerFuncs{AddFunc: look, UpdateFunc: func(_, now any) { look(now) }, DeleteFunc: look}
	for _, informer := range []cache.SharedIndexInformer{s.services.informer, s.informer} {
		registration, err := informer.AddEventHandler(handler)
		if err != nil {
			return // it has been stopped
		}
		defer func() { _ = informer.RemoveEventHandler(registration) }()
	}
	running.Go(func() { s.informer.RunWithContext(ctx) })
	if !cache.WaitForCacheSync(ctx.Done(), s.services.informer.HasSynced, s.informer.HasSynced) {
		return
	}
	running.Go(func() { <-ctx.Done(); s.queue.ShutDown() })
	for s.next(ctx) {
	}
}

// next looks at one, and says whether there may be another.
func (s *serviceStatuses) next(ctx context.Context) bool {
	key, over := s.queue.Get()
	if over {
		return false
	}
	defer s.queue.Done(key)
	if err := s.write(ctx, key); err != nil {
		if ctx.Err() == nil {
			logr.FromContextOrDiscard(ctx).Info("trying again later", "type", s.kind.String(), "reason", err.Error())
		}
		s.queue.AddRateLimited(key)
		return true
	}
	s.queue.Forget(key)
	return true
}

// write makes one say what the FederatedService says, if it does not. It goes with
// that, by its owner reference.
func (s *serviceStatuses) write(ctx context.Context, key string) error {
	obj, declared, err := s.services.informer.GetStore().GetByKey(key)
	if err != nil || !declared {
		return err
	}
	service := obj.(*unstructured.Unstructured)
	told, err := federatedkind.StatusOf(service)
	if err != nil || service.GetDeletionTimestamp() != nil || told.ObservedGeneration == 0 {
		return nil // there is nothing to tell, or nothing that can be read
	}
	there, err := s.find(key)
	if err != nil {
		return err
	}
	before := clusterStatusesIn(there, service)
	want := clusterStatuses(told, before)
	if before != nil && isAsBefore(before, want) {
		return nil
	}
	metadata := map[string]any{"name": service.GetName(), "ownerReferences": []metav1.OwnerReference{ownerOf(service)}}
	if there != nil {
		metadata["resourceVersion"] = there.GetResourceVersion() // what stays is as it was there
	}
	body, err := json.Marshal(map[string]any{
		"apiVersion": s.kind.GroupVersionKind().GroupVersion().String(), "kind": s.kind.Kind, "metadata": metadata, "clusterStatus": want,
	})
	if err != nil {
		return fmt.Errorf("encode the status: %w", err)
	}
	force := true
	_, err = s.services.Writer.Resource(s.kind.GroupVersionResource()).Namespace(service.GetNamespace()).
		Patch(ctx, service.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: "fedrail", Force: &force})
	return err
}

// find is the one that is there; nil when there is none.
func (s *serviceStatuses) find(key string) (*unstructured.Unstructured, error) {
	there, exists, err := s.informer.GetStore().GetByKey(key)
	if err != nil || !exists {
		return nil, err
	}
	return there.(*unstructured.Unstructured), nil
}

// clusterStatusesIn are those that are written, of that FederatedService; nil when
// there are none to go by.
func clusterStatusesIn(there, service *unstructured.Unstructured) []any {
	if there == nil {
		return nil
	}
	owners := there.GetOwnerReferences()
	if len(owners) == 0 || owners[0].UID != service.GetUID() {
		return nil
	}
	all, found, err := unstructured.NestedSlice(there.Object, "clusterStatus")
	if err == nil && !found {
		return []any{}
	}
	return all
}

func isAsBefore(before, want []any) bool {
	return len(before) == len(want) && (len(want) == 0 || reflect.DeepEqual(before, want))
}

// clusterStatuses are the status of each copy, in name order as the clusters are.
// Where the FederatedService does not tell it, be it that there was no room or that
// the copy cannot be seen, it stays as it was before; one that was never told is not
// among them.
func clusterStatuses(told federatedkind.Status, before []any) []any {
	all := []any{}
	for _, c := range told.Clusters {
		if c.RemoteStatus != nil {
			all = append(all, map[string]any{"clusterName": c.Name, "status": c.RemoteStatus})
		} else if at := slices.IndexFunc(before, isOf(c.Name)); at >= 0 {
			all = append(all, before[at])
		}
	}
	return all
}

// isOf says of what is written whether it is of that cluster.
func isOf(cluster string) func(any) bool {
	return func(written any) bool {
		entry, _ := written.(map[string]any)
		return entry["clusterName"] == cluster
	}
}

func ownerOf(o *unstructured.Unstructured) metav1.OwnerReference {
	return metav1.OwnerReference{APIVersion: o.GetAPIVersion(), Kind: o.GetKind(), Name: o.GetName(), UID: o.GetUID()}
}
