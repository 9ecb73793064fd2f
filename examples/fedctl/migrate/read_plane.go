package migrate

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// Working reads what may be working for a federation on the host, and no more of its
// Plane: deployments with their pods, and locks.
func Working(ctx context.Context, h *host.Host) (Plane, error) {
	r := planeReading{host: h}
	err := r.read(ctx, r.deployments, r.pods, r.locks, r.lease)
	return r.plane, err
}

// PlaneOf reads what works for a federation on the host, and all that belongs to it.
func PlaneOf(ctx context.Context, h *host.Host) (Plane, error) {
	r := planeReading{host: h}
	err := r.read(ctx, r.deployments, r.pods, r.locks, r.lease, r.webhooks, r.accounts, r.bindings, r.userRoles, r.rest)
	return r.plane, err
}

type planeReading struct {
	host  *host.Host
	plane Plane
}

func (r *planeReading) read(ctx context.Context, parts ...func(context.Context) error) error {
	for _, part := range parts {
		if err := part(ctx); err != nil {
			return fmt.Errorf("host: %w", err)
		}
	}
	return nil
}

func (r *planeReading) deployments(ctx context.Context) error {
	for _, name := range []string{ControllerDeployment, WebhookDeployment} {
		d, err := r.host.Typed.AppsV1().Deployments(r.host.Namespace).Get(ctx, name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
		case err != nil:
			return err
		default:
			r.plane.Deployments = append(r.plane.Deployments, *d)
		}
	}
	return nil
}

func (r *planeReading) pods(ctx context.Context) error {
	for _, d := range r.plane.Deployments {
		found, err := r.host.Typed.CoreV1().Pods(r.host.Namespace).List(ctx, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(d.Spec.Selector)})
		if err != nil {
			return err
		}
		for _, pod := range found.Items {
			r.plane.Pods = append(r.plane.Pods, pod.Name)
		}
	}
	return nil
}

// webhooks looks for configurations that call KubeFed's service, whatever their names.
func (r *planeReading) webhooks(ctx context.Context) error {
	for _, kind := range []Resource{validatingWebhooks(), mutatingWebhooks()} {
		all, err := list(ctx, r.host, kind, "")
		if err != nil {
			return err
		}
		for i := range all {
			if callsKubeFed(&all[i], r.host.Namespace) {
				r.plane.Webhooks = append(r.plane.Webhooks, Webhook{Mutating: kind == mutatingWebhooks(), Object: &all[i]})
			}
		}
	}
	return nil
}

func callsKubeFed(configuration *unstructured.Unstructured, namespace string) bool {
	hooks, _, _ := unstructured.NestedSlice(configuration.Object, "webhooks")
	return slices.ContainsFunc(hooks, func(hook any) bool {
		fields, _ := hook.(map[string]any)
		in, _, _ := unstructured.NestedString(fields, "clientConfig", "service", "namespace")
		name, _, _ := unstructured.NestedString(fields, "clientConfig", "service", "name")
		return in == namespace && name == WebhookDeployment
	})
}

// locks looks for those of older clients. That Endpoints are deprecated is told to nobody.
func (r *planeReading) locks(ctx context.Context) error {
	config := rest.CopyConfig(r.host.Config)
	config.WarningHandlerWithContext = rest.NoWarnings{}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	for _, kind := range []Resource{configMaps(), endpoints()} {
		object, err := kind.at(client, r.host.Namespace).Get(ctx, corev1beta1.LeaderElectionName, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		lock, err := lockIn(kind.Kind, object)
		if err != nil {
			return err
		}
		if lock != (Lock{}) {
			r.plane.Locks = append(r.plane.Locks, lock)
		}
	}
	return nil
}

// lease is the lock that controllers of ours take.
func (r *planeReading) lease(ctx context.Context) error {
	lease, err := r.host.Typed.CoordinationV1().Leases(r.host.Namespace).Get(ctx, corev1beta1.LeaderElectionName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err == nil {
		r.plane.Lease = lockOf(lease)
	}
	return err
}
