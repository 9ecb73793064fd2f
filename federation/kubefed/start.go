package kubefed

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/steady"
)

// Start keeps the registry up to date until ctx ends, and returns nil when all
// that it started has ended. The last snapshot stays. It can be called once.
func (r *Registry) Start(ctx context.Context) error {
	if r.started.Swap(true) {
		return errors.New("kubefed registry: it was started before")
	}
	ctx = logr.NewContext(ctx, r.options.Logger)
	var running sync.WaitGroup
	running.Go(func() { r.clusters.RunWithContext(unlogged(ctx)) })
	running.Go(func() { r.secrets.RunWithContext(unlogged(ctx)) })
	if cache.WaitForCacheSync(ctx.Done(), r.clusters.HasSynced, r.secrets.HasSynced) {
		r.keep(ctx, &running)
	}
	running.Wait()
	r.disconnect()
	return nil
}

// unlogged keeps client-go from our logger. At a high verbosity it would write
// whole requests and answers to it, Secrets among them.
func unlogged(ctx context.Context) context.Context { return logr.NewContext(ctx, logr.Discard()) }

// keep looks at what the informers know, again and again.
func (r *Registry) keep(ctx context.Context, running *sync.WaitGroup) {
	for {
		again := time.NewTimer(r.look(ctx, running))
		select {
		case <-ctx.Done():
		case <-r.changed:
		case <-again.C:
		}
		again.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

func (r *Registry) disconnect() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		m.disconnect()
	}
}

func (r *Registry) makeInformers() error {
	r.clusters = r.informer(corev1beta1.KubeFedClusters())
	r.secrets = r.informer(corev1.SchemeGroupVersion.WithResource("secrets"))
	return errors.Join(
		r.prepare(r.clusters, withoutManagedFields),
		r.prepare(r.secrets, onlyCredential),
	)
}

func (r *Registry) informer(resource schema.GroupVersionResource) cache.SharedIndexInformer {
	objects := r.host.Resource(resource).Namespace(r.options.Namespace)
	return cache.NewSharedIndexInformer(steady.ListWatch(objects, r.troubled), &unstructured.Unstructured{}, 0, cache.Indexers{})
}

// troubled is told that the host cannot be watched. It is asked again and again.
func (r *Registry) troubled(_ context.Context, reason error) {
	r.options.Logger.Error(reason, "host cannot be watched, members stay as they are")
}

func (r *Registry) prepare(informer cache.SharedIndexInformer, transform cache.TransformFunc) error {
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { r.signal() },
		UpdateFunc: func(any, any) { r.signal() },
		DeleteFunc: func(any) { r.signal() },
	})
	return errors.Join(err, informer.SetTransform(transform), informer.SetWatchErrorHandlerWithContext(r.interrupted))
}

// interrupted is told why a list or watch of the host ended. The informer tries
// again by itself.
func (r *Registry) interrupted(ctx context.Context, _ *cache.Reflector, err error) {
	usual := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || apierrors.IsResourceExpired(err) || apierrors.IsGone(err)
	switch {
	case ctx.Err() != nil:
	case usual:
		r.options.Logger.V(1).Info("watch of the host ended", "reason", err.Error())
	default:
		r.options.Logger.Error(err, "host cannot be watched, members stay as they are")
	}
}

func (r *Registry) signal() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func withoutManagedFields(object any) (any, error) {
	if u, ok := object.(*unstructured.Unstructured); ok {
		u.SetManagedFields(nil)
	}
	return object, nil
}

// onlyCredential forgets all of a Secret but its name, its version and what it may
// hold of a credential.
func onlyCredential(object any) (any, error) {
	u, ok := object.(*unstructured.Unstructured)
	if !ok {
		return object, nil
	}
	kept := &unstructured.Unstructured{Object: map[string]any{}}
	kept.SetNamespace(u.GetNamespace())
	kept.SetName(u.GetName())
	kept.SetUID(u.GetUID())
	kept.SetResourceVersion(u.GetResourceVersion())
	data := map[string]any{}
	for _, key := range credentialKeys() {
		if held, found, err := unstructured.NestedString(u.Object, "data", key); err == nil && found {
			data[key] = held
		}
	}
	return kept, unstructured.SetNestedMap(kept.Object, data, "data")
}
