package setup

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// ErrNotInstalled is in the error for a host on which [Host.Install] was not run.
var ErrNotInstalled = errors.New("nothing of a federation is installed there")

// Enabling is what lets the federation carry the objects of one type.
type Enabling struct {
	Kind       federatedkind.Kind
	Definition *apiextensionsv1.CustomResourceDefinition
	Config     *corev1beta1.FederatedTypeConfig
	// Defined and Configured say that the host has the one or the other already.
	// What is given here takes the place of what is there.
	Defined, Configured bool
}

// Enable lets the federation carry objects of the types, which are named as in a
// [Wish], in the versions that the host prefers. What is in namespaces needs
// "namespaces" to be enabled too.
func (h Host) Enable(ctx context.Context, types ...string) error {
	wishes := make([]Wish, len(types))
	for i, name := range types {
		wishes[i].Name = name
	}
	kinds, err := h.Discover(ctx, wishes...)
	if err != nil {
		return err
	}
	all, err := h.PlanEnabling(ctx, kinds...)
	if err != nil {
		return err
	}
	return h.CarryOut(ctx, all...)
}

// PlanEnabling works out what lets the federation carry objects of the kinds, and
// writes nothing. The error says of each kind what speaks against it: see
// [MayEnable]; a federated kind that is defined otherwise than it should be; or a
// host on which nothing is installed.
func (h Host) PlanEnabling(ctx context.Context, kinds ...federatedkind.Kind) ([]Enabling, error) {
	w, err := h.writer()
	if err != nil {
		return nil, err
	}
	configs, err := w.configs(ctx)
	if err != nil {
		return nil, err
	}
	all, errs := make([]Enabling, len(kinds)), make([]error, len(kinds))
	for i, kind := range kinds {
		all[i] = Enabling{Kind: kind, Definition: kind.Definition(), Config: kind.TypeConfig(h.Namespace)}
		if errs[i] = MayEnable(kind, configs); errs[i] != nil {
			continue
		}
		all[i].Configured = find(configs, all[i].Config.Name) != nil
		all[i].Defined, errs[i] = w.mayDefine(ctx, kind)
		configs = append(configs, *all[i].Config)
	}
	return all, errors.Join(errs...)
}

// CarryOut makes the host have what is planned, and returns when it serves the
// federated kinds. The controller's account gets the rights on those of another
// group than KubeFed's.
func (h Host) CarryOut(ctx context.Context, all ...Enabling) error {
	w, err := h.writer()
	if err != nil {
		return err
	}
	if err := w.redefine(ctx, all...); err != nil {
		return err
	}
	for _, e := range all {
		if err := w.apply(ctx, placed{corev1beta1.FederatedTypeConfigs(), e.Config}); err != nil {
			return err
		}
	}
	return nil
}

// configs are the FederatedTypeConfigs of the host, with defaults.
func (w writer) configs(ctx context.Context) ([]corev1beta1.FederatedTypeConfig, error) {
	_, err := w.client.Resource(corev1.SchemeGroupVersion.WithResource("namespaces")).Get(ctx, w.Namespace, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("the host has no namespace %q: %w", w.Namespace, ErrNotInstalled)
	}
	list, err := w.client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(w.Namespace).List(ctx, metav1.ListOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, fmt.Errorf("the host does not know the kind FederatedTypeConfig: %w", ErrNotInstalled)
	case err != nil:
		return nil, fmt.Errorf("host: %w", err)
	}
	configs := make([]corev1beta1.FederatedTypeConfig, len(list.Items))
	for i := range list.Items {
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(list.Items[i].Object, &configs[i]); err != nil {
			return nil, fmt.Errorf("FederatedTypeConfig %q: %w", list.Items[i].GetName(), err)
		}
		configs[i] = *configs[i].WithDefaults()
	}
	return configs, nil
}

// letServe lets the controller serve the federated kinds of a group, where it has an
// account that Install made.
func (w writer) letServe(ctx context.Context, group string) error {
	if group == federatedkind.DefaultGroup {
		return nil
	}
	account := w.serviceAccount(controllerAccount)
	switch _, err := account.at(w.client).Get(ctx, controllerAccount, metav1.GetOptions{}); {
	case apierrors.IsNotFound(err):
		return nil // the controller is somebody else's, and so are its rights
	case err != nil:
		return fmt.Errorf("host: service account %q: %w", controllerAccount, err)
	}
	scope, err := w.scope(ctx, w.client)
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	g := grant{controllerAccount + "-" + group, controllerAccount, []rbacv1.PolicyRule{allow(group, []string{"*"}, "get", "list", "watch", "patch")}}
	if scope == federation.NamespaceScoped {
		return w.apply(ctx, w.inNamespace(g)...)
	}
	return w.apply(ctx, w.everywhere(g)...)
}
