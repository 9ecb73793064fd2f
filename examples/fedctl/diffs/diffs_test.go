package diffs_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/fedrail/fedrail/examples/fedctl/diffs"
)

func object(kind string, data map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": kind, "data": data, "status": map[string]any{"noise": "yes"},
		"metadata": map[string]any{"name": "web", "resourceVersion": "7", "uid": "u", "managedFields": []any{}, "annotations": map[string]any{"fedrail.io/origin": "a/b"}},
	}}
}

func TestADiffShowsWhatIsDeclaredAndNothingElse(t *testing.T) {
	before, after := object("ConfigMap", map[string]any{"color": "red"}), object("ConfigMap", map[string]any{"color": "blue"})
	after.SetResourceVersion("8")
	for name, c := range map[string]struct {
		change diffs.Change
		want   string
	}{
		"changed": {diffs.Change{Before: before, After: after}, "--- berlin/configmaps/shop/web\n+++ berlin/configmaps/shop/web\n@@ -1,6 +1,6 @@\n apiVersion: v1\n data:\n-  color: red\n+  color: blue\n kind: ConfigMap\n metadata:\n   name: web\n"},
		"created": {diffs.Change{After: after}, "--- /dev/null\n+++ berlin/configmaps/shop/web\n@@ -0,0 +1,6 @@\n+apiVersion: v1\n+data:\n+  color: blue\n+kind: ConfigMap\n+metadata:\n+  name: web\n"},
		"removed": {diffs.Change{Before: before}, "--- berlin/configmaps/shop/web\n+++ /dev/null\n@@ -1,6 +0,0 @@\n-apiVersion: v1\n-data:\n-  color: red\n-kind: ConfigMap\n-metadata:\n-  name: web\n"},
		"same":    {diffs.Change{Before: before, After: before}, ""},
		"nothing": {diffs.Change{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.change.Name = "berlin/configmaps/shop/web"
			got, err := c.change.Unified(diffs.Mask)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
	require.Equal(t, "7", before.GetResourceVersion(), "the objects stay as they are")
}

func TestValuesOfSecretsAreMasked(t *testing.T) {
	before, after := object("Secret", map[string]any{"a": "c2FtZQ==", "b": "b2xk", "gone": "Z29uZQ=="}), object("Secret", map[string]any{"a": "c2FtZQ==", "b": "bmV3", "more": "bW9yZQ=="})
	const last = "kubectl.kubernetes.io/last-applied-configuration"
	before.SetAnnotations(map[string]string{last: `{"data":{"b":"b2xk"}}`})
	change := diffs.Change{Name: "berlin/secrets/shop/web", Before: before, After: after}
	text, err := change.Unified(diffs.Mask)
	require.NoError(t, err)
	require.Contains(t, text, "   a: '***'\n-  b: '*** (before)'\n-  gone: '***'\n+  b: '*** (after)'\n+  more: '***'\n")
	for _, value := range []string{"b2xk", "bmV3", "c2FtZQ", "Z29uZQ", "bW9yZQ"} {
		require.NotContains(t, text, value)
	}
	text, err = change.Unified(diffs.Show)
	require.NoError(t, err)
	require.Contains(t, text, "-  b: b2xk\n")
}

func TestAProgramOfTheUsersShowsTheDifferences(t *testing.T) {
	change := diffs.Change{Name: "berlin/configmaps/shop/web", Before: object("ConfigMap", map[string]any{"color": "red"}), After: object("ConfigMap", map[string]any{"color": "blue"})}
	var out bytes.Buffer
	streams := genericiooptions.IOStreams{Out: &out, ErrOut: &out}
	differ, err := diffs.External(t.Context(), "diff -u -N --label=x;rm", streams, []diffs.Change{change}, diffs.Mask)
	require.NoError(t, err)
	require.True(t, differ)
	require.Contains(t, out.String(), "berlin.configmaps.shop.web")
	require.Contains(t, out.String(), "-  color: red\n+  color: blue")
	change.After = change.Before
	differ, err = diffs.External(t.Context(), "diff -u -N", streams, []diffs.Change{change}, diffs.Mask)
	require.NoError(t, err)
	require.False(t, differ)
	_, err = diffs.External(t.Context(), "no-such-program", streams, nil, diffs.Mask)
	require.ErrorContains(t, err, "KUBECTL_EXTERNAL_DIFF: no-such-program")
}

func TestColorsAreThoseOfLines(t *testing.T) {
	require.Equal(t, "\x1b[1m--- a\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n\x1b[31m-x\x1b[0m\n\x1b[32m+y\x1b[0m\n z\n", diffs.Color("--- a\n@@ -1 +1 @@\n-x\n+y\n z\n"))
}
