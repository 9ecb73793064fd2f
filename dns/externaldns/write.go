package externaldns

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/metadata"

	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	"github.com/fedrail/fedrail/internal/sources"
)

// FieldManager owns the fields of DNSEndpoints.
const FieldManager = "fedrail-dns"

// write makes the DNSEndpoint of an outcome be as it should, if it is not. Where
// nothing is to be published, and nothing is, there is none.
func (c *Controller) write(ctx context.Context, o outcome) error {
	if !c.endpoints.HasSynced() {
		return troublef(v1alpha1.NotWritten, "the host does not know the kind DNSEndpoint of %s, or does not let it be read: install its definition",
			c.Options.Endpoints.GroupVersion())
	}
	want := c.want(o)
	key := want.Namespace + "/" + want.Name
	have, there := c.endpoints.Get(key)
	version := ""
	if there {
		version = have.GetResourceVersion()
	}
	switch {
	case c.memory.isEndpointBehind(key, version):
		return errNotSeen
	case !there && len(want.Spec.Endpoints) == 0, there && isAs(have, want):
		return nil
	case there && c.isForeign(o.kind, have):
		return troublef(v1alpha1.NotWritten, "DNSEndpoint %s is somebody else's: delete it, or rename it", key)
	}
	if err := c.apply(ctx, want); err != nil {
		return err
	}
	c.memory.wroteEndpoint(key, version)
	return nil
}

// apply writes a DNSEndpoint. That the host refuses it is a [*trouble].
func (c *Controller) apply(ctx context.Context, want *externaldnsv1alpha1.DNSEndpoint) error {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(want)
	if err != nil {
		return fmt.Errorf("encode DNSEndpoint: %w", err)
	}
	delete(content, "status")
	if len(want.Spec.Endpoints) == 0 {
		content["spec"] = map[string]any{"endpoints": []any{}}
	}
	body, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("encode DNSEndpoint: %w", err)
	}
	force := true
	_, err = c.endpointsIn(want.Namespace).Patch(ctx, want.Name, types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: FieldManager, Force: &force})
	if apierrors.IsForbidden(err) || apierrors.IsInvalid(err) {
		return troublef(v1alpha1.NotWritten, "%s", err)
	}
	return err
}

func (c *Controller) endpointsIn(namespace string) metadata.ResourceInterface {
	return c.Writer.Resource(c.Options.Endpoints).Namespace(namespace)
}

// sweep deletes the DNSEndpoint of a record that is gone. The host would do so as
// well, later.
func (c *Controller) sweep(ctx context.Context, k kind, i id) error {
	key := i.Namespace + "/" + k.prefix + i.Name
	c.memory.forgetEndpoint(key)
	have, there := c.endpoints.Get(key)
	_, stays := c.records[i.Kind].Get(i.key())
	if !there || stays || !k.isOfRecord(have) || have.GetDeletionTimestamp() != nil {
		return nil
	}
	uid := have.GetUID()
	err := c.endpointsIn(i.Namespace).Delete(ctx, have.GetName(), metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil // it is gone, and another one is looked at when it is seen
	}
	return err
}

// tell writes the status of a record, if it has changed, and events of what has.
func (c *Controller) tell(ctx context.Context, e entry, now v1alpha1.DNSRecordStatus) error {
	now = complete(now, e.status, e.object.GetGeneration())
	if equality.Semantic.DeepEqual(e.status, now) {
		return nil
	}
	if err := c.patchStatus(ctx, e.record().GroupVersionResource(), e.object, &e.status, &now); err != nil {
		return fmt.Errorf("%s: %w", e.id(), err)
	}
	c.memory.wrote(e.object)
	c.report(e, now)
	return nil
}

// patchStatus makes the status of an object be another one, unless the object has
// changed since it was read: then the answer is a conflict.
func (c *Controller) patchStatus(ctx context.Context, of schema.GroupVersionResource, o *unstructured.Unstructured, before, now any) error {
	body, err := sources.StatusPatch(o, before, now)
	if err != nil {
		return err
	}
	answer, err := c.Writer.Resource(of).Namespace(o.GetNamespace()).Patch(ctx, o.GetName(), types.MergePatchType, body, metav1.PatchOptions{}, "status")
	switch {
	case apierrors.IsNotFound(err):
		return nil // its end will be seen
	case err == nil && answer.ResourceVersion == o.GetResourceVersion():
		logr.FromContextOrDiscard(ctx).Info("the host keeps no status: install the new definition of the kind",
			"type", o.GetKind(), "namespace", o.GetNamespace(), "name", o.GetName())
	}
	return err
}
