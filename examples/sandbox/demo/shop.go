package main

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/examples/controller/sample"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// The types of the sample, as they are in the members.
func namespaces() resource      { return core("namespaces", "") }
func configMaps() resource      { return core("configmaps", sample.Namespace) }
func secrets() resource         { return core("secrets", sample.Namespace) }
func serviceAccounts() resource { return core("serviceaccounts", sample.Namespace) }
func services() resource        { return core("services", sample.Namespace) }
func deployments() resource     { return grouped("apps", "v1", "deployments") }
func ingresses() resource       { return grouped("networking.k8s.io", "v1", "ingresses") }
func jobs() resource            { return grouped("batch", "v1", "jobs") }
func promotions() resource      { return grouped("shop.example.com", "v1", "promotions") }
func clusterRoles() resource {
	return resource{schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "clusterroles"}, ""}
}
func definitions() resource {
	return resource{schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}, ""}
}

func core(name, namespace string) resource {
	return resource{schema.GroupVersionResource{Version: "v1", Resource: name}, namespace}
}

func grouped(group, version, name string) resource {
	return resource{schema.GroupVersionResource{Group: group, Version: version, Resource: name}, sample.Namespace}
}

// federated is the type that declares objects of a type on the host.
func federated(r resource) resource {
	namespace := r.namespace
	if r.Resource == "namespaces" {
		namespace = sample.Namespace
	}
	return resource{schema.GroupVersionResource{Group: "types.kubefed.io", Version: "v1beta1", Resource: "federated" + r.Resource}, namespace}
}

// copies are where the objects of the sample should be, and in which condition.
func copies() []row {
	held := []string{"held", "held", "held"}
	return []row{
		{namespaces(), "shop", "{.status.phase}", []string{"Active", "Active", "Active"}},
		{configMaps(), "settings", "held", held},
		{secrets(), "till", "held", []string{"held", "held", absent}},
		{serviceAccounts(), "shop", "held", held},
		{clusterRoles(), "shop-reader", "held", []string{"held", "held", absent}},
		{deployments(), "web", "{.status.readyReplicas}/{.spec.replicas} ready", []string{"4/4 ready", "2/2 ready", "2/2 ready"}},
		{services(), "web", "held", held},
		{ingresses(), "web", "held", []string{"held", "held", absent}},
		{jobs(), "stock-import", "{.status.succeeded} succeeded", []string{"1 succeeded", absent, "1 succeeded"}},
		{definitions(), "promotions.shop.example.com", "held", held},
		{promotions(), "spring", "held", []string{"held", absent, "held"}},
	}
}

// differences are what the overrides of the sample make of the templates.
func differences() []row {
	const image, verbs = "{.spec.template.spec.containers[0].image}", "{.rules[0].verbs}"
	const maximum = "{.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.percent.maximum}"
	const web = "example.com/web:"
	const read = `["get","list","watch"]`
	return []row{
		{namespaces(), "shop", "{.metadata.labels.currency}", []string{"EUR", "USD", "EUR"}},
		{configMaps(), "settings", "{.data.currency}", []string{"EUR", "USD", "SGD"}},
		{configMaps(), "settings", "{.data.banner}", []string{unset, unset, "Night sale"}},
		{secrets(), "till", "{.metadata.labels.till}", []string{unset, "us", absent}},
		{serviceAccounts(), "shop", `{.metadata.annotations.shop\.example\.com/shift}`, []string{unset, unset, "night"}},
		{clusterRoles(), "shop-reader", verbs, []string{`["get","list","watch","patch"]`, read, absent}},
		{deployments(), "web", "{.spec.replicas}", []string{"4", "2", "2"}},
		{deployments(), "web", image, []string{web + "1.0", web + "1.0", web + "1.1-rc1"}},
		{services(), "web", "{.metadata.labels.tier}", []string{unset, "us", unset}},
		{ingresses(), "web", "{.spec.rules[0].host}", []string{"shop.example.com", "us.shop.example.com", absent}},
		{jobs(), "stock-import", "{.spec.template.spec.containers[0].args[0]}", []string{"--region=eu", absent, "--region=ap"}},
		{definitions(), "promotions.shop.example.com", maximum, []string{"90", "90", "50"}},
		{promotions(), "spring", "{.spec.percent}", []string{"10", absent, "25"}},
	}
}

// applySample does what "kubectl apply -f" would.
func (d *demo) applySample(ctx context.Context) error {
	objects, err := sample.Objects()
	if err != nil {
		return err
	}
	for _, o := range objects {
		_, err := onHost(o).in(d.host).Apply(ctx, o.GetName(), o, metav1.ApplyOptions{FieldManager: fieldManager, Force: true})
		if err != nil {
			return fmt.Errorf("apply %s %s: %w", o.GetKind(), o.GetName(), err)
		}
	}
	d.say("applied %d objects on the host", len(objects))
	return nil
}

// deleteSample does what "kubectl delete -f" would, and does not wait either.
func (d *demo) deleteSample(ctx context.Context) error {
	objects, err := sample.Objects()
	if err != nil {
		return err
	}
	for _, o := range slices.Backward(objects) {
		err := onHost(o).in(d.host).Delete(ctx, o.GetName(), metav1.DeleteOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("delete %s %s: %w", o.GetKind(), o.GetName(), err)
		}
	}
	d.say("deleted %d objects on the host", len(objects))
	return nil
}

// onHost is where an object of the sample is served.
func onHost(o *unstructured.Unstructured) resource {
	gv := o.GroupVersionKind().GroupVersion()
	return resource{gv.WithResource(corev1beta1.PluralName(o.GetKind())), o.GetNamespace()}
}
