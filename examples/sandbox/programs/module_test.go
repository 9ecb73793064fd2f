package programs_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/examples/sandbox/programs"
)

// module is one with a single program that says what the linker was told.
func module(t *testing.T) programs.Module {
	t.Helper()
	m := programs.Module{
		Source: t.TempDir(), Target: filepath.Join(t.TempDir(), "target"),
		Programs: []programs.Program{{Title: "it", Package: ".", File: "it", LDFlags: "-X main.word=hello"}},
	}
	write(t, m, "go.mod", "module example.com/it\n\ngo 1.26\n")
	write(t, m, "go.sum", "")
	write(t, m, "main.go", "package main\n\nvar word string\n\nfunc main() { print(word) }\n")
	return m
}

func write(t *testing.T, m programs.Module, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(m.Source, name), []byte(text), 0o600))
}

func isBuilt(t *testing.T, m programs.Module) bool {
	t.Helper()
	built, err := m.IsBuilt()
	require.NoError(t, err)
	return built
}

func TestProgramIsBuiltUntilItsSourceChanges(t *testing.T) {
	m := module(t)
	require.False(t, isBuilt(t, m))
	require.NoError(t, m.Build(t.Context(), t.Output()))
	require.True(t, isBuilt(t, m))

	said, err := exec.Command(filepath.Join(m.Target, "it")).CombinedOutput()
	require.NoError(t, err)
	require.Equal(t, "hello", string(said))

	write(t, m, "main.go", "package main\n\nfunc main() {}\n")
	require.False(t, isBuilt(t, m))
}

func TestEnvironmentIsThatOfGo(t *testing.T) {
	m := module(t)
	m.Env = []string{"GOOS=nonsense"}
	require.ErrorContains(t, m.Build(t.Context(), io.Discard), "nonsense")
	require.False(t, isBuilt(t, m))
}

func TestFileOfAModuleThatIsNotNeededIsAnError(t *testing.T) {
	m := module(t)
	_, err := programs.ReadFile(t.Context(), m.Source, "example.com/absent", "README.md")
	require.ErrorContains(t, err, "example.com/absent")
}
