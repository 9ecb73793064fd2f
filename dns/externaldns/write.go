package externaldns

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

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
	written, err := c.apply(ctx, want)
	if err != nil {
		return err
	}
	if written == version {
		return troublef(v1alpha1.NotWritten, "the host does not keep DNSEndpoint %s as it is written: look at what changes it there", key)
	}
	c.memory.wroteEndpoint(key, version)
	return nil
}

// apply writes a DNSEndpoint, and returns its version. That the host refuses it is a
// [*trouble].
func (c *Controller) apply(ctx context.Context, want *externaldnsv1alpha1.DNSEndpoint) (version string, err error) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(want)
	if err != nil {
		return "", fmt.Errorf("encode DNSEndpoint: %w", err)
	}
	delete(content, "status")
	if len(want.Spec.Endpoints) == 0 {
		content["spec"] = map[string]any{"endpoints": []any{}}
	}
	body, err := json.Marshal(content)
	if err != nil {
		return "", fmt.Errorf("encode DNSEndpoint: %w", err)
	}
	force := true
	now, err := c.endpointsIn(want.Namespace).Patch(ctx, want.Name, types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: FieldManager, Force: &force})
	switch {
	case err == nil:
		return now.ResourceVersion, nil
	case isUndeclared(err):
		return "", troublef(v1alpha1.NotWritten, "the host does not know all fields of DNSEndpoints: install the new definition of the kind")
	case apierrors.IsForbidden(err), apierrors.IsInvalid(err):
		return "", troublef(v1alpha1.NotWritten, "%s", err)
	}
	return "", err
}

// isUndeclared says whether the host's definition of a kind lacks a field, going by
// the words that API servers use for that.
func isUndeclared(err error) bool {
	return strings.Contains(err.Error(), "field not declared in schema")
}

func (c *Controller) endpointsIn(namespace string) metadata.ResourceInterface {
	return c.Writer.Resource(c.Options.Endpoints).Namespace(namespace)
}

// sweep deletes the DNSEndpoint of a record that is gone, or about to go. The host
// would do so as well, later.
func (c *Controller) sweep(ctx context.Context, k kind, i id) error {
	key := i.Namespace + "/" + k.prefix + i.Name
	c.memory.forgetEndpoint(key)
	have, there := c.endpoints.Get(key)
	if !there || !k.isOfRecord(have) || have.GetDeletionTimestamp() != nil {
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
	written, err := c.patchStatus(ctx, e.record().GroupVersionResource(), e.object, &e.status, &now)
	if err != nil {
		return fmt.Errorf("%s: %w", e.id(), err)
	}
	if written {
		c.report(e, now)
	}
	return nil
}

// patchStatus makes the status of an object be another one, unless the object has
// changed since it was read: then the answer is a conflict. What was written will be
// seen; nothing is, where the object is gone or the host does not keep it.
func (c *Controller) patchStatus(ctx context.Context, of schema.GroupVersionResource, o *unstructured.Unstructured, before, now any) (written bool, err error) {
	body, err := sources.StatusPatch(o, before, now)
	if err != nil {
		return false, err
	}
	answer, err := c.Writer.Resource(of).Namespace(o.GetNamespace()).Patch(ctx, o.GetName(), types.MergePatchType, body, metav1.PatchOptions{}, "status")
	switch {
	case apierrors.IsNotFound(err):
		return false, nil
	case err != nil:
		return false, err
	case answer.ResourceVersion == o.GetResourceVersion():
		logr.FromContextOrDiscard(ctx).Info("the host keeps no status: install the new definition of the kind",
			"type", o.GetKind(), "namespace", o.GetNamespace(), "name", o.GetName())
		return false, nil
	}
	c.memory.wrote(o)
	return true, nil
}
