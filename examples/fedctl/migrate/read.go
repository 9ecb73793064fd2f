package migrate

import (
	"context"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/metadata"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

// Options say how to read.
type Options struct {
	Patience time.Duration // with each member
	Now      time.Time
}

// Read takes stock of a host and of its members. Nothing is changed: what an
// installation would write is asked for as a dry run. The error says that the host could
// not be read; a member that does not answer says so itself.
func Read(ctx context.Context, h *host.Host, o Options) (Inventory, error) {
	r := reading{Options: o, host: h, inventory: Inventory{Namespace: h.Namespace}}
	for _, read := range []func(context.Context) error{
		r.state, r.plane, r.config, r.types, r.definitions, r.preferences, r.members, r.versions, r.releases,
	} {
		if err := read(ctx); err != nil {
			return Inventory{}, err
		}
	}
	return r.inventory, nil
}

type reading struct {
	Options
	host       *host.Host
	federation host.Federation
	inventory  Inventory
}

func (r *reading) state(ctx context.Context) (err error) {
	r.inventory.State, err = StateOf(ctx, r.host)
	return err
}

func (r *reading) plane(ctx context.Context) (err error) {
	r.inventory.Plane, err = PlaneOf(ctx, r.host)
	return err
}

// config reads the KubeFedConfigs of all federations of the host.
func (r *reading) config(ctx context.Context) error {
	all, err := list(ctx, r.host, Resource{corev1beta1.KubeFedConfigs(), "KubeFedConfig"}, "")
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].GetName() != corev1beta1.ConfigName {
			continue
		}
		if all[i].GetNamespace() != r.host.Namespace {
			r.inventory.Others = append(r.inventory.Others, all[i].GetNamespace())
			continue
		}
		if r.inventory.Config, err = host.As[corev1beta1.KubeFedConfig](&all[i]); err != nil {
			return err
		}
	}
	return nil
}

// preferences reads those of the federation, and looks for what they divide.
func (r *reading) preferences(ctx context.Context) error {
	all, err := list(ctx, r.host, Resource{v1alpha1.ReplicaSchedulingPreferences(), "ReplicaSchedulingPreference"}, "")
	if err != nil {
		return err
	}
	for i := range all {
		p, err := host.As[v1alpha1.ReplicaSchedulingPreference](&all[i])
		if err != nil {
			return err
		}
		r.inventory.Preferences = append(r.inventory.Preferences, Preference{p, r.divides(p)})
	}
	return nil
}

func (r *reading) divides(p *v1alpha1.ReplicaSchedulingPreference) bool {
	for _, t := range r.inventory.Types {
		if t.Spec.FederatedType.Kind == p.Spec.TargetKind {
			return slices.ContainsFunc(t.Objects, func(o Object) bool {
				return o.Object.GetNamespace() == p.Namespace && o.Object.GetName() == p.Name
			})
		}
	}
	return false
}

// versions counts KubeFed's private memory.
func (r *reading) versions(ctx context.Context) error {
	some, err := list(ctx, r.host, propagatedVersions(), "")
	if err != nil {
		return err
	}
	more, err := list(ctx, r.host, clusterPropagatedVersions(), "")
	r.inventory.Versions, r.inventory.ClusterVersions = len(some), len(more)
	return err
}

// releases looks for what Helm keeps; what is in it is not read.
func (r *reading) releases(ctx context.Context) error {
	client, err := metadata.NewForConfig(r.host.Config)
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	kept, err := client.Resource(secrets().GroupVersionResource).Namespace(r.host.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "owner=helm"})
	if err != nil {
		return fmt.Errorf("host: Secrets of Helm in namespace %s: %w", r.host.Namespace, err)
	}
	for _, secret := range kept.Items {
		if name := secret.Labels["name"]; name != "" && !slices.Contains(r.inventory.Releases, name) {
			r.inventory.Releases = append(r.inventory.Releases, name)
		}
	}
	return nil
}

// list are the objects of a kind; none where the host does not serve it.
func list(ctx context.Context, h *host.Host, of Resource, namespace string) ([]unstructured.Unstructured, error) {
	all, err := of.at(h.Dynamic, namespace).List(ctx, metav1.ListOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("host: list of %s: %w", of.Resource, err)
	}
	return all.Items, nil
}
