package setup

import (
	"context"
	"fmt"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/crds"
)

// Uninstall takes the controller off the host: its Deployment, its account and what that
// may do. Nothing else changes: what was federated stays where it is, on the host and in
// the members, and an Install goes on where this ended.
func (h Host) Uninstall(ctx context.Context) error {
	w, err := h.writer()
	if err != nil {
		return err
	}
	all := []placed{h.deployment(Controller{})}
	all = append(all, h.controllerObjects(federation.ClusterScoped)...)
	further, err := w.further(ctx)
	if err != nil {
		return err
	}
	return w.remove(ctx, append(all, further...)...)
}

// further are the roles of the controller for what was allowed since it was installed:
// to read what follows, and to serve federated kinds of other groups.
func (w writer) further(ctx context.Context) ([]placed, error) {
	var all []placed
	for _, of := range []placed{w.everywhere(grant{})[0], w.inNamespace(grant{})[0]} {
		list, err := of.at(w.client).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, fmt.Errorf("host: list %s: %w", of.resource.Resource, err)
		}
		for _, found := range list.Items {
			if !strings.HasPrefix(found.GetName(), controllerAccount+"-") {
				continue
			}
			g := grant{role: found.GetName(), account: controllerAccount}
			if found.GetNamespace() == "" {
				all = append(all, w.everywhere(g)...)
			} else {
				all = append(all, w.inNamespace(g)...)
			}
		}
	}
	return all, nil
}

// Undefine deletes the definitions that [Host.Install] and [Host.Enable] made, and with
// them what is left of their kinds: FederatedTypeConfigs, the KubeFedConfig. Those of
// external-dns stay, for they are its own.
//
// An API server deletes the objects of a kind with its definition. So nothing is done
// while a federated object, a member, a preference or a DNS record is left: their copies
// would stay in the members for ever, or their finalizers would keep the definition. The
// error says what there is.
func (h Host) Undefine(ctx context.Context) error {
	w, err := h.writer()
	if err != nil {
		return err
	}
	definitions, err := w.definitions(ctx)
	if err != nil {
		return err
	}
	if err := w.refuseWhatIsLeft(ctx, definitions); err != nil {
		return err
	}
	return w.remove(ctx, definitions...)
}

// definitions are those of the federation's kinds, the federated kinds first.
func (w writer) definitions(ctx context.Context) ([]placed, error) {
	all, err := crds.All()
	if err != nil {
		return nil, err
	}
	ours, _ := ofOthers(all)
	var definitions []placed
	configs, err := w.client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(w.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("host: %w", err)
	}
	if err == nil {
		for i := range configs.Items {
			d, err := definitionFor(&configs.Items[i])
			if err != nil {
				return nil, err
			}
			definitions = append(definitions, d)
		}
	}
	for _, d := range ours {
		d.TypeMeta = metav1.TypeMeta{APIVersion: apiextensionsv1.SchemeGroupVersion.String(), Kind: "CustomResourceDefinition"}
		definitions = append(definitions, placed{customResourceDefinitions(), d})
	}
	return definitions, nil
}

// definitionFor names the definition of the federated kind of a config.
func definitionFor(object *unstructured.Unstructured) (placed, error) {
	config := &corev1beta1.FederatedTypeConfig{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, config); err != nil {
		return placed{}, fmt.Errorf("FederatedTypeConfig %q: %w", object.GetName(), err)
	}
	kind := config.WithDefaults().Spec.FederatedType
	return placed{customResourceDefinitions(), &apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: apiextensionsv1.SchemeGroupVersion.String(), Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: kind.PluralName + "." + kind.Group},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: kind.Group, Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: kind.PluralName},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{Name: kind.Version}},
		},
	}}, nil
}

// goesAlone are the kinds whose objects mean nothing without the others.
func goesAlone(resource string) bool {
	switch resource {
	case corev1beta1.FederatedTypeConfigs().Resource, corev1beta1.KubeFedConfigs().Resource, "federatedservicestatuses", "dnsendpoints":
		return true
	}
	return false
}

// refuseWhatIsLeft says which objects would be deleted with the definitions.
func (w writer) refuseWhatIsLeft(ctx context.Context, definitions []placed) error {
	var left []string
	for _, d := range definitions {
		spec := d.object.(*apiextensionsv1.CustomResourceDefinition).Spec
		if goesAlone(spec.Names.Plural) {
			continue
		}
		resource := schema.GroupVersionResource{Group: spec.Group, Version: spec.Versions[0].Name, Resource: spec.Names.Plural}
		list, err := w.client.Resource(resource).List(ctx, metav1.ListOptions{Limit: 1})
		switch {
		case apierrors.IsNotFound(err):
		case err != nil:
			return fmt.Errorf("host: list %s: %w", d.object.GetName(), err)
		case len(list.Items) > 0:
			left = append(left, d.object.GetName())
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("there are objects of %s, which would be lost: delete them while the controller runs, and have the members leave", strings.Join(left, ", "))
	}
	return nil
}
