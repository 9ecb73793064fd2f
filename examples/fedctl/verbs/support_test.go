package verbs_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// unpacked are the files of an archive.
func unpacked(t *testing.T, content []byte) map[string]string {
	t.Helper()
	unzipped, err := gzip.NewReader(bytes.NewReader(content))
	require.NoError(t, err)
	files := map[string]string{}
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if err == io.EOF {
			return files
		}
		require.NoError(t, err)
		text, err := io.ReadAll(archive)
		require.NoError(t, err)
		files[header.Name] = string(text)
	}
}

func TestASupportBundleHasWhatHelpsAndNoSecret(t *testing.T) {
	w := newFederation(t, []string{"berlin"}, "secrets")
	const hidden = "bm9ib2R5IG1heSBzZWUgdGhpcw=="
	w.declare("FederatedSecret", "federatedsecrets", "password", map[string]any{
		"template":  map[string]any{"data": map[string]any{"password": hidden}},
		"overrides": []any{map[string]any{"clusterName": "berlin", "clusterOverrides": []any{map[string]any{"path": "/data/password", "value": hidden}}}},
	})
	file := filepath.Join(t.TempDir(), "bundle.tar.gz")
	r := w.ok("support-bundle", "-f", file)
	require.Equal(t, file+"\n", r.out)
	require.Contains(t, r.err, "✓ members\n")
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	files := unpacked(t, content)
	golden(t, "support-bundle", strings.Join(slices.Sorted(maps.Keys(files)), "\n")+"\n")
	for name, text := range files {
		require.NotContains(t, text, hidden, name)
		require.NotContains(t, text, "eyJ", name+" has a token")
	}
	require.Contains(t, files["support/host/federated/secrets.yaml"], "(stripped, 19 bytes)")
	require.Equal(t, "everything was read\n", files["support/problems.txt"])

	again := w.fedctl("support-bundle", "-f", file)
	require.Equal(t, 1, again.code)
	require.Contains(t, again.err, "error: -f: open "+file+": file exists\n")
}

func TestASupportBundleSaysWhatCouldNotBeRead(t *testing.T) {
	w := newFederation(t, nil)
	r := w.as(controlplane.User{Name: "guest"}, "support-bundle", "-f", "-")
	require.Equal(t, 3, r.code)
	require.Contains(t, r.err, "warning: not read: host/kubefedconfigs.yaml: ")
	require.Contains(t, unpacked(t, []byte(r.out))["support/problems.txt"], `User "guest" cannot list resource`)
}
