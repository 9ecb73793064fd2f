package support

import (
	"encoding/base64"
	"fmt"
	"net/url"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// lastApplied has the whole of an object in it, and so what was stripped elsewhere.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// strip takes what nobody else should see out of an object: what a Secret holds, or
// declares for its copies; passwords in URLs; and copies of the whole in annotations.
// How long a value was is left.
func strip(o *unstructured.Unstructured) {
	o.SetManagedFields(nil)
	notes := o.GetAnnotations()
	if _, has := notes[lastApplied]; has {
		notes[lastApplied] = "(stripped)"
		o.SetAnnotations(notes)
	}
	unstructured.RemoveNestedField(o.Object, "spec", "template", "metadata", "annotations", lastApplied)
	switch o.GetKind() {
	case "Secret":
		stripData(o.Object)
	case "KubeFedCluster":
		stripURL(o.Object, "spec", "proxyURL")
	}
}

// stripFederated strips a federated object of a type.
func stripFederated(o *unstructured.Unstructured, t host.Type) {
	strip(o)
	if t.Spec.TargetType.Group != "" || t.Spec.TargetType.Kind != "Secret" {
		return
	}
	if template, has, _ := unstructured.NestedMap(o.Object, "spec", "template"); has {
		stripData(template)
		_ = unstructured.SetNestedMap(o.Object, template, "spec", "template") // it was there
	}
	overrides, _, _ := unstructured.NestedSlice(o.Object, "spec", "overrides")
	for _, cluster := range overrides {
		of, _ := cluster.(map[string]any)
		patches, _, _ := unstructured.NestedSlice(of, "clusterOverrides")
		for _, patch := range patches {
			if p, is := patch.(map[string]any); is && p["value"] != nil {
				p["value"] = "(stripped)"
			}
		}
		if of != nil && patches != nil {
			of["clusterOverrides"] = patches
		}
	}
	if overrides != nil {
		_ = unstructured.SetNestedSlice(o.Object, overrides, "spec", "overrides") // it was there
	}
}

// stripData strips the values of a Secret.
func stripData(secret map[string]any) {
	for _, field := range []string{"data", "stringData"} {
		values, _ := secret[field].(map[string]any)
		for key, value := range values {
			values[key] = stripped(field, fmt.Sprint(value))
		}
	}
}

// stripped says how long a value was.
func stripped(field, value string) string {
	size := len(value)
	if decoded, err := base64.StdEncoding.DecodeString(value); field == "data" && err == nil {
		size = len(decoded)
	}
	return fmt.Sprintf("(stripped, %d bytes)", size)
}

// stripURL takes user and password out of a URL; one that cannot be read goes as a whole.
func stripURL(object map[string]any, path ...string) {
	text, has, _ := unstructured.NestedString(object, path...)
	if !has || text == "" {
		return
	}
	parsed, err := url.Parse(text)
	switch {
	case err != nil:
		text = "(stripped)"
	case parsed.User != nil:
		parsed.User = url.User("stripped")
		text = parsed.String()
	}
	_ = unstructured.SetNestedField(object, text, path...) // it was there
}
