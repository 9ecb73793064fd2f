package kubefed

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

const (
	// grace is how long a Secret may be missing before that is worth a word: the
	// watches of Secrets and clusters are not in step, and some people renew a
	// Secret by deleting it first.
	grace = time.Second
	// idle is when to look again although nothing happened. There is no need to.
	idle = time.Hour
)

// look brings the members in line with what the informers know, and returns
// when to look again at the latest.
func (r *Registry) look(ctx context.Context, running *sync.WaitGroup) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	again := time.Duration(idle)
	there := map[federation.ClusterName]bool{}
	for _, stored := range r.clusters.GetStore().List() {
		u, ok := stored.(*unstructured.Unstructured)
		if !ok {
			continue
		}
		name := federation.ClusterName(u.GetName())
		there[name] = true
		if r.members[name] == nil {
			r.admitLocked(ctx, running, name)
		}
		again = min(again, r.updateLocked(r.members[name], u))
	}
	for name, m := range r.members {
		if !there[name] {
			r.dismissLocked(m)
		}
	}
	r.known.Complete()
	return again
}

// admitLocked makes a member; the first update fills it in.
func (r *Registry) admitLocked(ctx context.Context, running *sync.WaitGroup, name federation.ClusterName) {
	ctx, leave := context.WithCancel(logr.NewContext(ctx, r.options.Logger.WithValues("cluster", name)))
	m := &member{name: name, ctx: ctx, leave: leave, running: running, unwritten: make(chan struct{}, 1)}
	r.members[name] = m
	running.Go(func() { r.write(m) })
}

func (r *Registry) dismissLocked(m *member) {
	m.leave()
	m.disconnect()
	delete(r.members, m.name)
	r.known.Remove(m.name)
}

// updateLocked takes in what the host says of a member now, and returns when to
// do so again although nothing has changed.
func (r *Registry) updateLocked(m *member, u *unstructured.Unstructured) time.Duration {
	secret := r.secretOf(u)
	versions := [2]string{u.GetResourceVersion(), secret.GetResourceVersion()}
	if m.versions == versions && m.bare.IsZero() {
		return idle
	}
	m.versions = versions
	object := &corev1beta1.KubeFedCluster{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, object); err != nil {
		object = &corev1beta1.KubeFedCluster{ObjectMeta: metav1.ObjectMeta{Name: u.GetName(), UID: u.GetUID(), Labels: u.GetLabels()}}
		m.see(object)
		r.malformedLocked(m, fmt.Errorf("KubeFedCluster: %w", err))
		return idle
	}
	m.see(object)
	settings, settingsErr := readSettings(object.Spec)
	value, valueErr := readCredential(secret, object.Spec.SecretRef, r.options.Exec)
	wait := m.patience(valueErr)
	switch problem := errors.Join(settingsErr, valueErr); {
	case problem == nil:
		r.wellFormedLocked(m, settings, value)
	case settingsErr == nil && wait > 0:
		if m.monitor == nil {
			m.problem = valueErr
		}
		r.publishLocked(m)
		return wait
	default:
		r.malformedLocked(m, problem)
	}
	return idle
}

// secretOf returns the Secret of a KubeFedCluster, and one without a version if
// there is none.
func (r *Registry) secretOf(cluster *unstructured.Unstructured) *unstructured.Unstructured {
	name, _, _ := unstructured.NestedString(cluster.Object, "spec", "secretRef", "name")
	stored, _, _ := r.secrets.GetStore().GetByKey(r.options.Namespace + "/" + name)
	secret, ok := stored.(*unstructured.Unstructured)
	if !ok {
		return &unstructured.Unstructured{Object: map[string]any{}}
	}
	return secret
}
