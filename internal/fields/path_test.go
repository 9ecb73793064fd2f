package fields_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/internal/fields"
)

func objectOf(t *testing.T, text string) map[string]any {
	t.Helper()
	object := map[string]any{}
	require.NoError(t, yaml.Unmarshal([]byte(text), &object))
	return object
}

func pathOf(t *testing.T, text string) fields.Path {
	t.Helper()
	p, err := fields.ParsePath(text)
	require.NoError(t, err)
	return p
}

func TestParsePathNamesWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "begin with a dot",
		".":                    "begin with a dot",
		"spec.replicas":        "begin with a dot",
		".spec.list[":          "item in brackets",
		".spec.list[name]":     `fields of an item such as [name="web"]`,
		`.spec.list[a="b`:      "item in brackets",
		`.spec.list[a="b"]c.d`: "want a dot or a bracket",
	} {
		t.Run(text, func(t *testing.T) {
			_, err := fields.ParsePath(text)
			require.ErrorContains(t, err, want)
		})
	}
}

func TestRemove(t *testing.T) {
	const object = `
metadata: {labels: {app: web, example.com/team: shop, example: {com/team: x}}}
spec:
  replicas: 3
  limits: {cpu: {max: 1}}
  hosts: [a, b, c]
  containers:
  - {name: one, image: "1", ports: [{port: 80, protocol: TCP}, {port: 80, protocol: UDP}]}
  - {name: 'a]"b', image: "2"}
`
	for path, want := range map[string]string{
		".spec.replicas":                    `{spec: {replicas: null}}`,
		".spec.nothing.there":               `{}`,
		".metadata.labels.example.com/team": `{metadata: {labels: {example.com/team: null}}}`,
		".spec.limits.cpu.max":              `{spec: {limits: null}}`,
		`.spec.hosts[="b"]`:                 `{spec: {hosts: [a, c]}}`,
		".spec.hosts[*]":                    `{spec: {hosts: []}}`,
		".spec.hosts[2]":                    `{spec: {hosts: [a, b]}}`,
		`.spec.containers[name="one"].ports[port=80,protocol="UDP"]`: `{spec: {containers: [{name: one, image: "1", ports: [{port: 80, protocol: TCP}]}, {name: 'a]"b', image: "2"}]}}`,
		`.spec.containers[name="a]\"b"].image`:                       `{spec: {containers: [{name: one, image: "1", ports: [{port: 80, protocol: TCP}, {port: 80, protocol: UDP}]}, {name: 'a]"b'}]}}`,
		".spec.containers[*].ports[*]":                               `{spec: {containers: [{name: one, image: "1", ports: []}, {name: 'a]"b', image: "2"}]}}`,
	} {
		t.Run(path, func(t *testing.T) {
			got, expected := objectOf(t, object), objectOf(t, object)
			pathOf(t, path).Remove(got)
			merge(expected, objectOf(t, want))
			require.Equal(t, expected, got)
		})
	}
}

// merge is a JSON merge patch.
func merge(object, change map[string]any) {
	for name, v := range change {
		inner, isMap := v.(map[string]any)
		there, both := object[name].(map[string]any)
		switch {
		case v == nil:
			delete(object, name)
		case isMap && both:
			merge(there, inner)
		default:
			object[name] = v
		}
	}
}

func TestWithin(t *testing.T) {
	object := objectOf(t, deployment)
	for name, row := range map[string]struct {
		path, field string
		want        bool
	}{
		"the field":                   {".spec.replicas", ".spec.replicas", true},
		"below it":                    {".spec", ".spec.replicas", true},
		"above it":                    {".spec.replicas", ".spec", false},
		"beside it":                   {".spec.replicas", ".spec.selector", false},
		"a name that begins the same": {".spec.rep", ".spec.replicas", false},
		"every item":                  {".spec.template.spec.containers[*].image", `.spec.template.spec.containers[name="main"].image`, true},
		"another item":                {`.spec.template.spec.containers[name="b"]`, `.spec.template.spec.containers[name="main"].image`, false},
		"a key that the item lacks":   {".spec.template.spec.containers[*].ports", `.spec.template.spec.containers[name="main"].ports[containerPort=80,protocol="TCP"]`, true},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, row.want, fields.Within([]fields.Path{pathOf(t, row.path)}, row.field, object))
		})
	}
}
