package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// TestStories takes each story on real clusters, with a folder of its own for all
// files. Every claim in it is checked.
func TestStories(t *testing.T) {
	bins := controlplanetest.Binaries(t)
	built, err := exec.Command("go", "env", "GOCACHE").Output()
	require.NoError(t, err)
	for name := range stories() {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOCACHE", strings.TrimSpace(string(built)))
			t.Setenv("XDG_CACHE_HOME", t.TempDir())
			t.Setenv(controlplane.BinEnv, filepath.Dir(bins.Kwok))
			var out bytes.Buffer
			require.NoError(t, run(t.Context(), []string{"--story=" + name}, &out), "%s", &out)
		})
	}
}

func TestAStoryThatIsNotThereIsNamed(t *testing.T) {
	err := run(t.Context(), []string{"--story=circus"}, &bytes.Buffer{})
	require.EqualError(t, err, `--story "circus": there are replicas, shop`)
}
