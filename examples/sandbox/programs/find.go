package programs

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// Find is the folder of a module below examples/sandbox/servers, in the source tree
// that the current folder is in. The name "." is servers itself.
func Find(name string) (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		for _, below := range []string{"servers", filepath.Join("examples", "sandbox", "servers")} {
			if found := filepath.Join(dir, below, name); IsModule(found) {
				return found, nil
			}
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no %s around %s: run this in the source tree", filepath.Join("examples", "sandbox", "servers", name), start)
		}
	}
}

// Pinned is a module below examples/sandbox/servers, whose programs are kept under its
// name and version for this user. What m says of Source and Target does not count.
func Pinned(folder, name string, m Module) (Module, error) {
	var err error
	if m.Source, err = Find(folder); err != nil {
		return Module{}, err
	}
	m.Target, err = CacheDir(name)
	return m, err
}

// IsModule says that a folder has a go.mod.
func IsModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// CacheDir is where programs of this name are kept for this user, beside those of
// Kubernetes. It may not exist yet.
func CacheDir(name string) (string, error) {
	kubernetes, err := controlplane.CacheDir()
	return filepath.Join(filepath.Dir(kubernetes), name), err
}
