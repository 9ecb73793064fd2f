package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// source is a module that has the form of servers, and little in it.
func source(t *testing.T, program string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":       "module example.com/servers\n\ngo 1.26\n",
		"go.sum":       "",
		"main.go":      program,
		"kwok/main.go": "package main\n\nfunc main() {}\n",
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}

// builder is a command line with an empty cache of programs, and Go's own caches.
func builder(t *testing.T) cli {
	t.Helper()
	gocache, err := exec.Command("go", "env", "GOCACHE").Output()
	require.NoError(t, err)
	cache := t.TempDir()
	env := append(os.Environ(), cliEnv+"=1", "XDG_CACHE_HOME="+cache, "GOCACHE="+strings.TrimSpace(string(gocache)))
	return cli{t: t, cache: cache, env: env}
}

// built are the files in the cache of programs.
func (c cli) built() []string {
	c.t.Helper()
	entries, err := os.ReadDir(filepath.Join(c.cache, "fedrail", "bin", controlplane.Version))
	require.NoError(c.t, err)
	names := []string{}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestBuildPutsWholeProgramsIntoTheCacheOnce(t *testing.T) {
	c, dir := builder(t), source(t, "package main\n\nfunc main() {}\n")
	said := c.runs("build", "--servers-dir", dir)
	require.Contains(t, said, "3/3 build kwok: done")
	require.Equal(t, []string{"built-from", "kwok", "sandbox"}, c.built())
	require.Contains(t, c.runs("build", "--servers-dir", dir), "already")

	changed := source(t, "package main\n\nfunc main() { println() }\n")
	require.Contains(t, c.runs("build", "--servers-dir", changed), "done", "another source is built anew")
}

func TestFailedBuildSaysWhyAndLeavesNothing(t *testing.T) {
	c := builder(t)
	require.Contains(t, c.fails("build", "--servers-dir", source(t, "package main\n\nfunc main() { wrong }\n")), "undefined: wrong")
	require.Empty(t, c.built())
	drafts, err := filepath.Glob(filepath.Join(c.cache, "fedrail", "bin", "building-*"))
	require.NoError(t, err)
	require.Empty(t, drafts)
}
