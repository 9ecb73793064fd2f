package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/examples/sandbox/externaldns"
	"github.com/fedrail/fedrail/examples/sandbox/programs"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// TestStories takes each story on real clusters, with a folder of its own for all
// files. Every claim in it is checked.
func TestStories(t *testing.T) {
	bins := controlplanetest.Binaries(t)
	built, err := exec.Command("go", "env", "GOCACHE").Output()
	require.NoError(t, err)
	published, err := programs.CacheDir("external-dns-" + externaldns.Version)
	require.NoError(t, err)
	for name := range stories() {
		t.Run(name, func(t *testing.T) {
			if built, err := externaldns.IsBuilt(); name == "names" && (err != nil || !built) {
				t.Skip("external-dns is not built, which takes long: make demo-dns does that, and tells this story")
			}
			t.Setenv("GOCACHE", strings.TrimSpace(string(built)))
			t.Setenv("XDG_CACHE_HOME", t.TempDir())
			link(t, published)
			t.Setenv(controlplane.BinEnv, filepath.Dir(bins.Kwok))
			var out bytes.Buffer
			require.NoError(t, run(t.Context(), []string{"--story=" + name}, &out), "%s", &out)
		})
	}
}

func TestAStoryThatIsNotThereIsNamed(t *testing.T) {
	err := run(t.Context(), []string{"--story=circus"}, &bytes.Buffer{})
	require.EqualError(t, err, `--story "circus": there are names, replicas, shop`)
}

// link has a program that is kept for this user be found in the folder of a test.
func link(t *testing.T, dir string) {
	t.Helper()
	here, err := programs.CacheDir(filepath.Base(dir))
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(here), 0o700))
	require.NoError(t, os.Symlink(dir, here))
}
