package verbs

import (
	"context"
	"errors"
	"fmt"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// disabling is a type that is federated no more.
type disabling struct {
	*disabler
	*host.Host
	config host.Type
}

// disable goes through the steps of kubefedctl, and says so in its words.
func (d *disabler) disable(ctx context.Context, on disabling) error {
	left, err := on.left(ctx)
	switch {
	case err != nil:
		return err
	case d.deleteCRD && len(left) > 0:
		return fmt.Errorf("--delete-crd: %d objects of the kind %s are left, such as %q; delete them first, and their copies go with them",
			len(left), on.config.Spec.FederatedType.Kind, nameOf(&left[0]))
	case len(left) > 0:
		d.Warn("%d objects of the kind %s stay, and so do their copies in the clusters", len(left), on.config.Spec.FederatedType.Kind)
	}
	if err := on.pause(ctx); err != nil {
		return err
	}
	if d.deleteCRD {
		if err := on.deleteDefinition(ctx, on.config.Spec.FederatedType.Type().String()); err != nil {
			return err
		}
	}
	if err := on.deleteConfig(ctx); err != nil || d.dryRun != cli.DryRunNone {
		return err
	}
	d.Next("to have it carried again", "enable", on.config.Name)
	return nil
}

// left are the federated objects of the type.
func (d disabling) left(ctx context.Context) ([]unstructured.Unstructured, error) {
	list, err := d.Federated(d.config, "").List(ctx, metav1.ListOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil // the kind is not defined
	case err != nil:
		return nil, fmt.Errorf("host: list %s: %w", d.config.Spec.FederatedType.Type(), err)
	}
	return list.Items, nil
}

// named is the config in the words of kubefedctl.
func (d disabling) named() string { return fmt.Sprintf("%s/%s", d.Namespace, d.config.Name) }

func (d disabling) configs() dynamic.ResourceInterface {
	return d.Dynamic.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(d.Namespace)
}

// pause stops what carries the objects, and waits until it says so.
func (d disabling) pause(ctx context.Context) error {
	if d.dryRun != cli.DryRunClient {
		_, err := d.configs().Patch(ctx, d.config.Name, types.MergePatchType, []byte(`{"spec":{"propagation":"Disabled"}}`), metav1.PatchOptions{DryRun: d.trial()})
		if err != nil {
			return fmt.Errorf("FederatedTypeConfig %q: %w", d.named(), err)
		}
	}
	if err := d.Say("Disabled propagation for FederatedTypeConfig %q", d.named()); err != nil || d.dryRun != cli.DryRunNone {
		return err
	}
	if err := d.Say("Verifying propagation controller is stopped for FederatedTypeConfig %q", d.named()); err != nil {
		return err
	}
	if err := d.until(ctx, d.isStopped); err != nil {
		return d.notYet(err, fmt.Sprintf("FederatedTypeConfig %q: nobody says that it is carried no more. Nothing is deleted yet", d.named()))
	}
	return d.Say("Propagation controller for FederatedTypeConfig %q is stopped", d.named())
}

func (d disabling) isStopped(ctx context.Context) (bool, error) {
	object, err := d.configs().Get(ctx, d.config.Name, metav1.GetOptions{})
	if err != nil {
		return apierrors.IsNotFound(err), ignoreNotFound(err)
	}
	config, err := host.As[corev1beta1.FederatedTypeConfig](object)
	if err != nil {
		return false, err
	}
	never := config.Status == corev1beta1.FederatedTypeConfigStatus{}
	return never || config.Status.PropagationController != corev1beta1.Running && config.Status.ObservedGeneration >= config.Generation, nil
}

// deleteDefinition deletes the definition of a federated kind, and waits until it is
// gone: while there is a config, somebody serves what may hold it.
func (d disabling) deleteDefinition(ctx context.Context, name string) error {
	definitions := d.Dynamic.Resource(apiextensionsv1.SchemeGroupVersion.WithResource("customresourcedefinitions"))
	gone, err := d.delete(ctx, definitions, name)
	switch {
	case err != nil:
		return d.notYet(err, fmt.Sprintf("CustomResourceDefinition %q is being deleted: objects of it have finalizers yet", name))
	case !gone:
		return d.Say("customresourcedefinition %q does not exist", name)
	}
	return d.Say("customresourcedefinition %q deleted", name)
}

// deleteConfig deletes the config, and waits until nobody holds it, nor an object.
func (d disabling) deleteConfig(ctx context.Context) error {
	if _, err := d.delete(ctx, d.configs(), d.config.Name); err != nil {
		return d.notYet(err, fmt.Sprintf("FederatedTypeConfig %q is being deleted: the controller takes its finalizers off the objects before", d.named()))
	}
	if d.dryRun == cli.DryRunNone {
		if err := d.free(ctx); err != nil {
			return err
		}
	}
	return d.Say("federatedtypeconfig %q deleted", d.named())
}

// delete deletes an object, if it is there, and waits until it is gone.
func (d disabling) delete(ctx context.Context, objects dynamic.ResourceInterface, name string) (was bool, err error) {
	if _, err := objects.Get(ctx, name, metav1.GetOptions{}); err != nil || d.dryRun == cli.DryRunClient {
		return err == nil, ignoreNotFound(err)
	}
	if err := objects.Delete(ctx, name, metav1.DeleteOptions{DryRun: d.trial()}); err != nil || d.dryRun != cli.DryRunNone {
		return err == nil, ignoreNotFound(err)
	}
	return true, d.until(ctx, func(ctx context.Context) (bool, error) {
		_, err := objects.Get(ctx, name, metav1.GetOptions{})
		return apierrors.IsNotFound(err), ignoreNotFound(err)
	})
}

func (d disabling) until(ctx context.Context, holds wait.ConditionWithContextFunc) error {
	return wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, d.timeout, true, holds)
}

// notYet says of what was not there in time who is waited for; any other error stays.
func (d disabling) notYet(err error, what string) error {
	if !wait.Interrupted(err) || errors.Is(err, context.Canceled) {
		return err
	}
	return cli.WithCode(cli.NotYet, fmt.Errorf("%s, after %s: does the controller run? Run the command again then", what, d.timeout))
}

func (d disabling) trial() []string {
	if d.dryRun == cli.DryRunServer {
		return []string{metav1.DryRunAll}
	}
	return nil
}

func ignoreNotFound(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
