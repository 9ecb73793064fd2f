package setup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// noticed is how long a controller may take to see that a member is to leave in another
// way than at once.
const noticed = 15 * time.Second

// ErrNoController says that nobody carries out what becomes of copies.
var ErrNoController = errors.New("no controller takes note of the unjoinPolicy: does one run?")

// Leave has a member leave that is written to: the controller does with its copies what
// the policy says, and lets go of its KubeFedCluster then. It returns when that is so,
// or ctx ends; the controller goes on then, and Leave may be called again. [Host.Unjoin]
// deletes what is left of the member's account. A member that is not there any more is
// no error. With [corev1beta1.UnjoinKeep] the copies stay, and it returns at once.
func (h Host) Leave(ctx context.Context, member string, policy corev1beta1.UnjoinPolicy) error {
	client, err := dynamic.NewForConfig(h.Config)
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	clusters := client.Resource(corev1beta1.KubeFedClusters()).Namespace(h.Namespace)
	err = h.leave(ctx, clusters, leaving{member, policy})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("member %q: %w", member, err)
	}
	return nil
}

// leaving is a member that leaves, and what becomes of its copies.
type leaving struct {
	member string
	policy corev1beta1.UnjoinPolicy
}

func (h Host) leave(ctx context.Context, clusters dynamic.ResourceInterface, l leaving) error {
	body, err := json.Marshal(map[string]any{"spec": map[string]any{"unjoinPolicy": l.policy}})
	if err != nil {
		return err
	}
	if _, err := clusters.Patch(ctx, l.member, types.MergePatchType, body, metav1.PatchOptions{FieldManager: fieldManager}); err != nil {
		return err
	}
	if l.policy != corev1beta1.UnjoinKeep {
		if err := awaitHeld(ctx, clusters, l.member); err != nil {
			return err
		}
	}
	if err := clusters.Delete(ctx, l.member, metav1.DeleteOptions{}); err != nil {
		return err
	}
	for {
		_, err := clusters.Get(ctx, l.member, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			return nil
		case err != nil:
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it has not left yet; the controller goes on: %w", ctx.Err())
		case <-time.After(leavePause):
		}
	}
}

// awaitHeld waits until the controller holds the KubeFedCluster: a finalizer cannot be
// added any more when it is being deleted.
func awaitHeld(ctx context.Context, clusters dynamic.ResourceInterface, member string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, noticed, ErrNoController)
	defer cancel()
	for {
		found, err := clusters.Get(ctx, member, metav1.GetOptions{})
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return err
		case slices.Contains(found.GetFinalizers(), corev1beta1.UnjoinFinalizer):
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(leavePause / 5):
		}
	}
}
