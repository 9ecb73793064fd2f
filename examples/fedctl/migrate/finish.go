package migrate

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// finish deletes what KubeFed left on the host. Once it is begun there is no way back.
func (m Migration) finish(ctx context.Context, _ State) (string, error) {
	s, err := m.standing(ctx)
	switch {
	case err != nil:
		return "", err
	case s.lacks != "":
		return "", fmt.Errorf("%s: nothing is deleted until a controller of ours carries everything", s.lacks)
	}
	if err := m.keep(ctx, map[string]string{begunKey: now()}); err != nil {
		return "", err
	}
	p, err := PlaneOf(ctx, m.Host)
	if err != nil {
		return "", err
	}
	all := slices.Concat(m.locks(p), p.all(), m.deployments(p)) // these name accounts
	for _, n := range all {
		if err := m.remove(ctx, n); err != nil {
			return "", err
		}
	}
	result, err := m.forget(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d objects of KubeFed are deleted, and %s", len(all), result), m.mark(ctx, Finish)
}

func (m Migration) deployments(p Plane) []Named {
	var all []Named
	for _, d := range p.Deployments {
		all = append(all, Named{deployments(), m.Host.Namespace, d.Name})
	}
	return all
}

func (m Migration) locks(p Plane) []Named {
	var all []Named
	for _, lock := range p.Locks {
		kind := configMaps()
		if lock.Kind == endpoints().Kind {
			kind = endpoints()
		}
		all = append(all, Named{kind, m.Host.Namespace, corev1beta1.LeaderElectionName})
	}
	return all
}

// forget deletes KubeFed's private memory: the definitions, and all objects with them;
// where other federations share these, only the objects in the system namespace.
func (m Migration) forget(ctx context.Context) (string, error) {
	in := reading{host: m.Host}
	if err := in.config(ctx); err != nil {
		return "", err
	}
	if others := in.inventory.Others; len(others) > 0 {
		err := propagatedVersions().at(m.Host.Dynamic, m.Host.Namespace).DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			return "", fmt.Errorf("host: delete PropagatedVersions: %w", err)
		}
		return "the PropagatedVersions in the system namespace; other federations share the definitions", nil
	}
	for _, kind := range []Resource{propagatedVersions(), clusterPropagatedVersions()} {
		if err := m.undefine(ctx, kind); err != nil {
			return "", err
		}
	}
	return "all PropagatedVersions with their definitions", nil
}

// undefine deletes a definition, and returns when it is gone with all objects.
func (m Migration) undefine(ctx context.Context, kind Resource) error {
	name := kind.Resource + "." + kind.Group
	if err := m.remove(ctx, Named{definitions(), "", name}); err != nil {
		return err
	}
	return await(ctx, stopTime, func(ctx context.Context) (string, error) {
		_, err := definitions().at(m.Host.Dynamic, "").Get(ctx, name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return "", nil
		}
		return "CustomResourceDefinition " + name + " is being deleted", err
	})
}
