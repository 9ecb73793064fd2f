package federatedkind

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Definition makes the CustomResourceDefinition of the federated kind. It is the
// one that KubeFed generated and more: every field that KubeFed had is there and
// means the same, nothing else is required, and the template keeps whatever it
// holds. An API server refuses the definition when the names of the target are
// not what they should be.
func (k Kind) Definition() *apiextensionsv1.CustomResourceDefinition {
	t := k.Federated()
	return &apiextensionsv1.CustomResourceDefinition{
		TypeMeta: metav1.TypeMeta{
			APIVersion: apiextensionsv1.SchemeGroupVersion.String(),
			Kind:       "CustomResourceDefinition",
		},
		ObjectMeta: metav1.ObjectMeta{Name: t.String()},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: t.Group,
			Scope: apiextensionsv1.ResourceScope(t.Scope),
			Names: apiextensionsv1.CustomResourceDefinitionNames{
				Plural:     t.Resource,
				Singular:   k.singular(),
				ShortNames: k.shortNames(),
				Kind:       t.Kind,
				ListKind:   t.Kind + "List",
			},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name:                     t.Version,
				Served:                   true,
				Storage:                  true,
				Schema:                   &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: k.schema()},
				Subresources:             &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}},
				AdditionalPrinterColumns: columns(),
			}},
		},
	}
}

// shortNames are those of the target, each with an f before it.
func (k Kind) shortNames() []string {
	var names []string
	for _, name := range k.ShortNames {
		names = append(names, "f"+name)
	}
	return names
}

// columns are what kubectl get shows; those of priority 1 with -o wide.
func columns() []apiextensionsv1.CustomResourceColumnDefinition {
	return []apiextensionsv1.CustomResourceColumnDefinition{
		{Name: "Ready", Type: "string", JSONPath: `.status.conditions[?(@.type=="Ready")].status`,
			Description: "Whether the object is where it should be, as it should be."},
		{Name: "Reason", Type: "string", JSONPath: `.status.conditions[?(@.type=="Ready")].reason`,
			Description: "Why it is not ready."},
		{Name: "Propagation", Type: "string", JSONPath: `.status.conditions[?(@.type=="Propagation")].status`, Priority: 1,
			Description: "Whether every selected cluster holds what it should."},
		{Name: "Available", Type: "string", JSONPath: `.status.conditions[?(@.type=="Available")].status`, Priority: 1,
			Description: "Whether the object works in the clusters."},
		{Name: "Message", Type: "string", JSONPath: `.status.conditions[?(@.type=="Ready")].message`, Priority: 1,
			Description: "What is wrong and how to mend it."},
		{Name: "Age", Type: "date", JSONPath: ".metadata.creationTimestamp"},
	}
}
