package migrate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
)

// Undo has KubeFed work again, as it did before the migration. The definitions stay:
// what they have beside KubeFed's is optional. It is refused while a controller of ours
// works, and once the last step was begun.
func (m Migration) Undo(ctx context.Context) (string, error) {
	kept, err := m.WayBack(ctx)
	if err != nil {
		return "", err
	}
	p, err := Working(ctx, m.Host)
	if err != nil {
		return "", err
	}
	if p.Lease.HeldAt(time.Now()) {
		return "", fmt.Errorf("%s works, and holds the Lease %s/%s: stop it first (\"fedctl uninstall\" takes one off that runs on the host)",
			p.Lease.Holder, m.Host.Namespace, ControllerDeployment)
	}
	for _, o := range kept {
		if o.GetKind() == deployments().Kind {
			if err := m.start(ctx, o); err != nil {
				return "", err
			}
		}
	}
	if err := m.awaitWebhook(ctx); err != nil {
		return "", err
	}
	for _, o := range kept { // last: they refuse writes while nobody serves them
		if err := m.callWebhook(ctx, o); err != nil {
			return "", err
		}
	}
	if err := m.remove(ctx, Named{configMaps(), m.Host.Namespace, StateName}); err != nil {
		return "", err
	}
	return "KubeFed is as it was: " + strings.Join(namesOf(kept), ", "), nil
}

// WayBack is what Undo brings back, or why there is no way back.
func (m Migration) WayBack(ctx context.Context) ([]*unstructured.Unstructured, error) {
	state, err := StateOf(ctx, m.Host)
	switch {
	case err != nil:
		return nil, err
	case !state.NoWayBack.IsZero():
		return nil, fmt.Errorf("the step %s was begun at %s: there is no way back", Finish, state.NoWayBack.Format(time.RFC3339))
	case len(state.Kept) > 0:
		return state.Kept, nil
	case m.Backup != "":
		return keptIn(m.Backup)
	case state.Begun:
		return nil, nil // nothing ran
	}
	return nil, fmt.Errorf("no migration was begun: there is no ConfigMap %s/%s; --backup FILE takes what there was from a file", m.Host.Namespace, StateName)
}

func namesOf(objects []*unstructured.Unstructured) []string {
	var names []string
	for _, o := range objects {
		names = append(names, o.GetKind()+" "+o.GetName())
	}
	return names
}

// keptIn is the part of a backup file that Undo brings back.
func keptIn(file string) ([]*unstructured.Unstructured, error) {
	content, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("--backup: %w", err)
	}
	defer func() { _ = content.Close() }() // it was read only
	decoder := utilyaml.NewYAMLOrJSONDecoder(content, 4096)
	var kept []*unstructured.Unstructured
	for {
		o, raw := &unstructured.Unstructured{}, runtime.RawExtension{}
		err := decoder.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return kept, nil
		}
		if err == nil {
			err = o.UnmarshalJSON(raw.Raw)
		}
		if err != nil {
			return nil, fmt.Errorf("--backup %s: %w", file, err)
		}
		if o.GetKind() != definitions().Kind {
			kept = append(kept, o)
		}
	}
}

// start has a deployment be there, with the replicas that it had.
func (m Migration) start(ctx context.Context, deployment *unstructured.Unstructured) error {
	replicas, found, err := unstructured.NestedInt64(deployment.Object, "spec", "replicas")
	if !found {
		replicas = 1
	}
	if err != nil {
		return fmt.Errorf("backup of Deployment %s: %w", deployment.GetName(), err)
	}
	if err := m.add(ctx, deployments(), deployment); err != nil {
		return err
	}
	return m.scale(ctx, deployment.GetName(), replicas)
}

func (m Migration) callWebhook(ctx context.Context, o *unstructured.Unstructured) error {
	for _, kind := range []Resource{validatingWebhooks(), mutatingWebhooks()} {
		if o.GetKind() == kind.Kind {
			return m.add(ctx, kind, o)
		}
	}
	return nil
}

// add creates an object unless it is there.
func (m Migration) add(ctx context.Context, kind Resource, o *unstructured.Unstructured) error {
	_, err := kind.at(m.Host.Dynamic, o.GetNamespace()).Create(ctx, o, metav1.CreateOptions{FieldManager: fieldManager})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("host: create %s %s: %w", kind.Kind, o.GetName(), err)
	}
	return nil
}

// awaitWebhook waits until KubeFed's webhook serves, where that was asked for.
func (m Migration) awaitWebhook(ctx context.Context) error {
	if m.Wait == 0 {
		return nil
	}
	return await(ctx, m.Wait, func(ctx context.Context) (string, error) {
		d, err := m.Host.Typed.AppsV1().Deployments(m.Host.Namespace).Get(ctx, WebhookDeployment, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err): // it had none
			return "", nil
		case err != nil:
			return "", err
		case d.Status.AvailableReplicas == 0:
			return "KubeFed starts, but its webhook does not serve, so its configurations are not back", nil
		}
		return "", nil
	})
}
