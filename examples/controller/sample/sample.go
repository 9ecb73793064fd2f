// Package sample is a small shop, federated over three members: manifests that
// the demo and the tests apply as they are. The members are called member1,
// member2 and member3; see [Members] for their labels.
package sample

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Namespace is where all of the sample is that is in a namespace.
const Namespace = "shop"

//go:embed *.yaml
var files embed.FS

// Types are those of the objects in the members, as setup.Host.Enable wants
// them. The host has to serve promotions first: see [Definition].
func Types() []string {
	return []string{
		"namespaces", "configmaps", "secrets", "serviceaccounts", "services",
		"clusterroles.rbac.authorization.k8s.io", "deployments.apps", "ingresses.networking.k8s.io",
		"jobs.batch", "customresourcedefinitions.apiextensions.k8s.io", "promotions.shop.example.com",
	}
}

// Members are the labels that each member has.
func Members() map[string]map[string]string {
	return map[string]map[string]string{
		"member1": {"region": "eu", "web": "true"},
		"member2": {"region": "us", "web": "true"},
		"member3": {"region": "ap", "web": "true"},
	}
}

// Objects are those to apply on the host, in order. They are the caller's own.
// An error means that this package was built wrong.
func Objects() ([]*unstructured.Unstructured, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	var all []*unstructured.Unstructured
	for _, name := range names {
		objects, err := read(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		all = append(all, objects...)
	}
	return all, nil
}

func read(name string) ([]*unstructured.Unstructured, error) {
	file, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	decoder := yaml.NewYAMLOrJSONDecoder(file, 4096)
	var objects []*unstructured.Unstructured
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(object)
		switch {
		case errors.Is(err, io.EOF):
			return objects, nil
		case err != nil:
			return nil, err
		case len(object.Object) > 0:
			objects = append(objects, object)
		}
	}
}

// Definition is that of the kind Promotion, for the host: a type is known from
// the host before it is federated.
func Definition() (*apiextensionsv1.CustomResourceDefinition, error) {
	objects, err := Objects()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(objects, func(o *unstructured.Unstructured) bool {
		return o.GetKind() == "FederatedCustomResourceDefinition"
	})
	if i < 0 {
		return nil, errors.New("the sample has no FederatedCustomResourceDefinition")
	}
	template, _, err := unstructured.NestedMap(objects[i].Object, "spec", "template")
	if err != nil {
		return nil, err
	}
	definition := &apiextensionsv1.CustomResourceDefinition{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(template, definition); err != nil {
		return nil, err
	}
	definition.Name = objects[i].GetName()
	return definition, nil
}
