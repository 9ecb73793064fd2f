package federatedkind

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// HasReplicas says whether spec.replicas of a kind is an integer, from the
// OpenAPI v3 document of the kind's group and version: what an API server serves
// at /openapi/v3/apis/GROUP/VERSION, as JSON, for built-in types and custom
// resources alike. A kind that the document does not describe has no replicas.
func HasReplicas(document []byte, kind schema.GroupVersionKind) (bool, error) {
	var doc openAPI
	if err := json.Unmarshal(document, &doc); err != nil {
		return false, fmt.Errorf("parse OpenAPI document of %s: %w", kind.GroupVersion(), err)
	}
	for _, s := range doc.Components.Schemas {
		if slices.Contains(s.Kinds, groupVersionKind(kind)) {
			return doc.property(doc.property(s, "spec"), "replicas").Type == "integer", nil
		}
	}
	return false, nil
}

type openAPI struct {
	Components struct {
		Schemas map[string]openAPISchema `json:"schemas"`
	} `json:"components"`
}

type openAPISchema struct {
	Type       string                   `json:"type"`
	Ref        string                   `json:"$ref"`
	AllOf      []openAPISchema          `json:"allOf"`
	Properties map[string]openAPISchema `json:"properties"`
	Kinds      []groupVersionKind       `json:"x-kubernetes-group-version-kind"`
}

type groupVersionKind struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

// property is a property of s with its reference followed; the zero schema when
// there is none. API servers write a reference alone, or as the only allOf
// beside a default.
func (d openAPI) property(s openAPISchema, name string) openAPISchema {
	p := s.Properties[name]
	if len(p.AllOf) == 1 {
		p = p.AllOf[0]
	}
	if key, isRef := strings.CutPrefix(p.Ref, "#/components/schemas/"); isRef {
		return d.Components.Schemas[key]
	}
	return p
}
