package federated

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// Unjoin carries out the unjoinPolicy of KubeFedClusters that are deleted: one
// with the policy Delete or Orphan stays until the types have no copy left in
// the cluster, or the cluster could not be reached for as long as a deletion
// waits (propagation.Options.LetGoAfter). Make it with [NewUnjoin].
//
// The copies are removed by the loops of the types, which learn from the
// registry that the cluster is leaving; package federation/kubefed tells so.
type Unjoin struct {
	types    *Types
	informer cache.SharedIndexInformer
	dirty    chan struct{}
	silent   map[types.UID]time.Time // since when what is left in a cluster is not known
}

// NewUnjoin makes an Unjoin over the KubeFedClusters in the system namespace of
// the types, and starts nothing.
func NewUnjoin(t *Types) *Unjoin {
	clusters := federation.Type{Group: corev1beta1.Group, Version: corev1beta1.Version, Kind: "KubeFedCluster",
		Resource: "kubefedclusters", Scope: federation.NamespaceScoped}
	return &Unjoin{types: t, informer: newInformer(t.Client, clusters, t.SystemNamespace),
		dirty: make(chan struct{}, 1), silent: map[types.UID]time.Time{}}
}

// unjoinPause is the time between two looks at a cluster that is leaving. They
// cost no request.
const unjoinPause = 500 * time.Millisecond

// Start works until ctx ends.
func (u *Unjoin) Start(ctx context.Context) error {
	ctx = logr.NewContext(ctx, u.types.Logger)
	again := func() {
		select {
		case u.dirty <- struct{}{}:
		default:
		}
	}
	_, err := u.informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(any) { again() }, UpdateFunc: func(any, any) { again() },
	})
	if err != nil {
		return fmt.Errorf("watch KubeFedClusters: %w", err)
	}
	listed := make(chan struct{})
	go func() { defer close(listed); u.informer.RunWithContext(ctx) }()
	defer func() { <-listed }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-u.dirty:
		}
		if u.lookAtAll(ctx) {
			time.AfterFunc(unjoinPause, again)
		}
	}
}

// lookAtAll says whether to look again soon.
func (u *Unjoin) lookAtAll(ctx context.Context) (soon bool) {
	for _, obj := range u.informer.GetStore().List() {
		content := obj.(*unstructured.Unstructured)
		cluster := &corev1beta1.KubeFedCluster{}
		err := runtime.DefaultUnstructuredConverter.FromUnstructured(content.Object, cluster)
		waits := false
		if err == nil {
			waits, err = u.look(ctx, cluster)
		}
		if err != nil && ctx.Err() == nil {
			logr.FromContextOrDiscard(ctx).Info("trying again later", "cluster", content.GetName(), "reason", err.Error())
		}
		soon = soon || waits || err != nil
	}
	return soon
}

// look has a KubeFedCluster carry our finalizer for as long as it should, and
// says whether it is waited for.
func (u *Unjoin) look(ctx context.Context, cluster *corev1beta1.KubeFedCluster) (waits bool, err error) {
	held := slices.Contains(cluster.Finalizers, corev1beta1.UnjoinFinalizer)
	asked := cluster.Spec.UnjoinPolicy == corev1beta1.UnjoinDelete || cluster.Spec.UnjoinPolicy == corev1beta1.UnjoinOrphan
	switch {
	case cluster.DeletionTimestamp == nil && asked && !held:
		return false, u.setFinalizers(ctx, cluster, append(slices.Clone(cluster.Finalizers), corev1beta1.UnjoinFinalizer))
	case held && !asked:
		return false, u.release(ctx, cluster)
	case cluster.DeletionTimestamp != nil && held:
		return u.unjoin(ctx, cluster)
	}
	return false, nil
}

// unjoin releases a cluster that is deleted, when it may be.
func (u *Unjoin) unjoin(ctx context.Context, cluster *corev1beta1.KubeFedCluster) (waits bool, err error) {
	left, unknown := u.left(ctx, federation.ClusterName(cluster.Name))
	if unknown == nil {
		delete(u.silent, cluster.UID)
	} else if u.silent[cluster.UID].IsZero() {
		u.silent[cluster.UID] = time.Now()
	}
	after := cmp.Or(u.types.Loop.LetGoAfter, 10*time.Minute)
	switch {
	case unknown == nil && len(left) == 0:
		return false, u.release(ctx, cluster)
	case unknown != nil && after > 0 && time.Since(u.silent[cluster.UID]) >= after:
		u.tell(cluster, "LeftBehind", fmt.Sprintf(
			"it goes although it could not be reached for %s (%v); copies that are left there stay", after, unknown))
		return false, u.release(ctx, cluster)
	}
	return true, nil
}

// left are the objects that may have a copy in the cluster. The error says why
// that is not known: as a rule the cluster cannot be reached.
func (u *Unjoin) left(ctx context.Context, name federation.ClusterName) ([]string, error) {
	member, known := u.types.Loop.Registry.Snapshot().Get(name)
	switch {
	case !known:
		return nil, errors.New("the registry does not know it")
	case !member.Ready:
		return nil, fmt.Errorf("it is not ready: %s", member.Message)
	}
	return u.types.Left(ctx, name)
}

func (u *Unjoin) release(ctx context.Context, cluster *corev1beta1.KubeFedCluster) error {
	delete(u.silent, cluster.UID)
	return u.setFinalizers(ctx, cluster, slices.DeleteFunc(slices.Clone(cluster.Finalizers),
		func(f string) bool { return f == corev1beta1.UnjoinFinalizer }))
}

// setFinalizers writes them, unless the cluster has changed meanwhile: then its
// change is looked at anyway.
func (u *Unjoin) setFinalizers(ctx context.Context, cluster *corev1beta1.KubeFedCluster, list []string) error {
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid": cluster.UID, "resourceVersion": cluster.ResourceVersion, "finalizers": list,
	}})
	if err != nil {
		return fmt.Errorf("encode patch: %w", err)
	}
	_, err = u.types.Writer.Resource(corev1beta1.KubeFedClusters()).Namespace(cluster.Namespace).
		Patch(ctx, cluster.Name, types.MergePatchType, body, metav1.PatchOptions{})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	return err
}

func (u *Unjoin) tell(cluster *corev1beta1.KubeFedCluster, reason, message string) {
	if u.types.Events != nil {
		u.types.Events.Event(cluster, corev1.EventTypeWarning, reason, message)
	}
}
