package checker_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/internal/checker"
)

func object(t *testing.T, text string) unstructured.Unstructured {
	t.Helper()
	body, err := yaml.YAMLToJSON([]byte(text))
	require.NoError(t, err)
	u := unstructured.Unstructured{}
	require.NoError(t, u.UnmarshalJSON(body))
	return u
}

func objects(t *testing.T, texts []string) []unstructured.Unstructured {
	t.Helper()
	var all []unstructured.Unstructured
	for _, text := range texts {
		all = append(all, object(t, "apiVersion: v1\nkind: ConfigMap\n"+text))
	}
	return all
}

func said(findings []checker.Finding) []string {
	all := []string{}
	for _, f := range findings {
		all = append(all, f.String())
	}
	return all
}

const (
	wanted = `
metadata: {name: web, namespace: shop}
data: {color: blue}
`
	held = `
metadata:
  name: web
  namespace: shop
  labels: {kubefed.io/managed: "true", app: theirs}
  managedFields:
  - manager: fedrail
    operation: Apply
    fieldsV1:
      f:data: {f:color: {}}
      f:metadata: {f:labels: {f:kubefed.io/managed: {}}, f:annotations: {f:fedrail.io/applied: {}}}
data: {color: blue, theirs: stays}
`
	foreign = `
metadata: {name: theirs, namespace: shop, resourceVersion: "7"}
data: {color: red}
`
)

func TestCompare(t *testing.T) {
	tests := map[string]struct {
		want, have, foreign []string
		findings            []string
	}{
		"nothing in nothing": {findings: []string{}},
		"as it should be, with fields of others": {
			want: []string{wanted}, have: []string{held}, findings: []string{},
		},
		"a copy that is not there": {
			want: []string{wanted}, findings: []string{"m1: shop/web is lost"},
		},
		"a copy that nobody wants": {
			have: []string{held}, findings: []string{"m1: shop/web is there and should not be"},
		},
		"a copy that is going": {
			want: []string{wanted}, have: []string{"metadata: {name: web, namespace: shop, deletionTimestamp: \"2026-01-01T00:00:00Z\"}"},
			findings: []string{"m1: shop/web is being deleted still"},
		},
		"a copy with another value and without our label": {
			want: []string{wanted}, have: []string{"metadata: {name: web, namespace: shop}\ndata: {color: red}"},
			findings: []string{
				`m1: shop/web.data.color is not as it should be: want "blue", have "red"`,
				`m1: shop/web.metadata.labels is not as it should be: want {"kubefed.io/managed":"true"}, have nothing`,
			},
		},
		"a field that we own and want no more": {
			want:     []string{"metadata: {name: web, namespace: shop}\ndata: {}"},
			have:     []string{held},
			findings: []string{"m1: shop/web.data.color is there and should not be"},
		},
		"a list of another length": {
			want:     []string{"metadata: {name: web, namespace: shop}\nitems: [a, b]"},
			have:     []string{"metadata: {name: web, namespace: shop, labels: {kubefed.io/managed: \"true\"}}\nitems: [a]"},
			findings: []string{`m1: shop/web.items is not as it should be: want ["a","b"], have ["a"]`},
		},
		"an item of a list": {
			want:     []string{"metadata: {name: web, namespace: shop}\nitems: [{name: a, size: 1}]"},
			have:     []string{"metadata: {name: web, namespace: shop, labels: {kubefed.io/managed: \"true\"}}\nitems: [{name: a, size: 2, more: 3}]"},
			findings: []string{`m1: shop/web.items[0].size is not as it should be: want 1, have 2`},
		},
		"a foreign object as it was": {
			have: []string{foreign}, foreign: []string{foreign}, findings: []string{},
		},
		"a foreign object that is gone": {
			foreign: []string{foreign}, findings: []string{"m1: shop/theirs is lost"},
		},
		"a foreign object that was written": {
			foreign: []string{foreign},
			have:    []string{"metadata: {name: theirs, namespace: shop, resourceVersion: \"8\", labels: {a: b}}\ndata: {color: red}"},
			findings: []string{
				`m1: shop/theirs.metadata.labels is somebody else's and was changed: want nothing, have {"a":"b"}`,
				`m1: shop/theirs.metadata.resourceVersion is somebody else's and was changed: want "7", have "8"`,
			},
		},
		"a foreign object that has our label": {
			foreign:  []string{"metadata: {name: theirs, namespace: shop, labels: {kubefed.io/managed: \"true\"}}"},
			have:     []string{"metadata: {name: theirs, namespace: shop, labels: {kubefed.io/managed: \"true\"}}"},
			findings: []string{},
		},
		"an object that came since": {
			have: []string{foreign}, findings: []string{},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := checker.Cluster{Name: "m1", Want: objects(t, test.want), Have: objects(t, test.have), Foreign: objects(t, test.foreign)}
			before := checker.Cluster{Name: "m1", Want: objects(t, test.want), Have: objects(t, test.have), Foreign: objects(t, test.foreign)}
			require.Equal(t, test.findings, said(checker.Compare(c)))
			require.Equal(t, before, c, "it changes nothing")
		})
	}
}
