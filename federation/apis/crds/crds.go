// Package crds holds the CustomResourceDefinitions of the kinds that are
// written down in the packages below federation/apis, for whoever installs
// them. Those of the Federated kinds, which depend on what is federated, are
// made by package federation/apis/federatedkind.
//
// The definitions are generated from the Go types ("make generate"). They carry
// defaults and validation, so that the API server alone refuses wrong objects.
package crds

import (
	"embed"
	"fmt"
	"io/fs"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

//go:embed *.yaml
var files embed.FS

// All returns the definitions, ordered by group and plural name. They are the
// caller's own. An error means that this package was built wrong.
func All() ([]*apiextensionsv1.CustomResourceDefinition, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	all := make([]*apiextensionsv1.CustomResourceDefinition, len(names))
	for i, name := range names {
		if all[i], err = read(name); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	return all, nil
}

func read(name string) (*apiextensionsv1.CustomResourceDefinition, error) {
	content, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	return crd, yaml.UnmarshalStrict(content, crd)
}
