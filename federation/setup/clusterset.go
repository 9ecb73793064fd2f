package setup

import (
	"context"
	"fmt"

	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/mcs-api/config/crd"
	"sigs.k8s.io/yaml"
)

// ClusterSet says whether a member shares services with the others.
type ClusterSet string

// The values of a ClusterSet.
const (
	Apart ClusterSet = ""     // it does not
	Flat  ClusterSet = "Flat" // what it exports is theirs, and the other way round; the network is one
)

// mcs is the API group of exports and imports.
const mcs = "multicluster.x-k8s.io"

// sharing are the rights for that in a member.
func sharing() []rbacv1.PolicyRule {
	carried := []string{"get", "list", "watch", "create", "patch", "delete"}
	return []rbacv1.PolicyRule{
		allow(mcs, []string{"serviceexports"}, "list", "watch"),
		allow(mcs, []string{"serviceimports"}, carried...),
		allow(mcs, []string{"serviceexports/status", "serviceimports/status"}, "patch"),
		allow("", []string{"services"}, carried...),
		allow("discovery.k8s.io", []string{"endpointslices"}, carried...),
	}
}

// defineShared makes a member know exports and imports, unless it does.
func defineShared(ctx context.Context, member writer) error {
	var all []*apiextensionsv1.CustomResourceDefinition
	for _, content := range [][]byte{crd.ServiceExportCRD, crd.ServiceImportCRD} {
		d := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.Unmarshal(content, d); err != nil {
			return fmt.Errorf("read definition: %w", err)
		}
		all = append(all, d)
	}
	return member.defineUnlessThere(ctx, all...)
}
