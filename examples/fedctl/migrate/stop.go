package migrate

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// stop stops KubeFed's controllers, has nobody call its webhooks, stops these, and waits
// until nothing of it works.
func (m Migration) stop(ctx context.Context, state State) (string, error) {
	if err := m.scale(ctx, ControllerDeployment, 0); err != nil {
		return "", err
	}
	p, err := PlaneOf(ctx, m.Host)
	if err != nil {
		return "", err
	}
	for _, w := range p.Webhooks {
		kind := validatingWebhooks()
		if w.Mutating {
			kind = mutatingWebhooks()
		}
		if err := m.remove(ctx, Named{kind, "", w.Object.GetName()}); err != nil {
			return "", err
		}
	}
	if err := m.scale(ctx, WebhookDeployment, 0); err != nil {
		return "", err
	}
	if !state.Has(Stop) || p.Runs(time.Now()) { // it was waited for already
		if err := m.awaitStop(ctx); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("KubeFed does not run, and %s are gone", count(len(p.Webhooks), "webhook configuration")), m.mark(ctx, Stop)
}

// scale has a deployment have so many replicas, if it is there.
func (m Migration) scale(ctx context.Context, name string, replicas int64) error {
	body := fmt.Sprintf(`{"spec":{"replicas":%d}}`, replicas)
	_, err := deployments().at(m.Host.Dynamic, m.Host.Namespace).Patch(ctx, name, types.MergePatchType, []byte(body), metav1.PatchOptions{FieldManager: fieldManager})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("host: scale Deployment %s: %w", name, err)
	}
	return nil
}

// remove deletes an object, if it is there.
func (m Migration) remove(ctx context.Context, n Named) error {
	background := metav1.DeletePropagationBackground
	err := n.Resource.at(m.Host.Dynamic, n.Namespace).Delete(ctx, n.Name, metav1.DeleteOptions{PropagationPolicy: &background})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("host: delete %s: %w", n, err)
	}
	return nil
}

// awaitStop waits until KubeFed has no pods and nobody holds its locks.
func (m Migration) awaitStop(ctx context.Context) error {
	seen := sightings{}
	return await(ctx, cmp.Or(m.Wait, stopTime), func(ctx context.Context) (string, error) {
		p, err := Working(ctx, m.Host)
		held := seen.held(p.Locks, time.Now())
		switch {
		case err != nil:
			return "", err
		case len(p.Pods) > 0:
			return "KubeFed stops, but pods are left: " + strings.Join(p.Pods, ", "), nil
		case held != "":
			return "KubeFed stops, but " + held + " holds its lock: is it run by something else than its Deployment?", nil
		}
		return "", nil
	})
}

// sightings are when each lock was first seen as it is. Clocks of other machines may be
// wrong: a lock is free when it was not renewed for as long as it lasts.
type sightings map[Lock]time.Time

// clocks is how far the clocks of two machines may be apart.
const clocks = time.Minute

// held is who may hold one of the locks; empty is nobody.
func (s sightings) held(locks []Lock, now time.Time) string {
	for _, lock := range locks {
		if s[lock].IsZero() {
			s[lock] = now
		}
		renewed := lock.Renewed.Add(lock.Lasts + clocks).After(now)
		if lock.Holder != "" && renewed && now.Sub(s[lock]) < lock.Lasts {
			return lock.Holder
		}
	}
	return ""
}
