package controlplane

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Version is the release of Kubernetes that the binaries are built from.
const Version = "v1.36.3"

// The environment variables that Find reads.
const (
	BinEnv    = "FEDRAIL_SANDBOX_BIN" // a folder that holds sandbox and kwok
	AssetsEnv = "KUBEBUILDER_ASSETS"  // a folder that holds kube-apiserver and etcd
)

// Binaries are the programs of a control plane, as absolute paths. Several may
// be the same file: each is called by its own name, which is how one file can
// hold them all. Find fills in APIServer and Etcd always, and the others when
// they are there; starting one that is not there is an error that says so.
type Binaries struct {
	APIServer         string
	Etcd              string
	ControllerManager string
	Scheduler         string
	Kwok              string
}

// Complete says that no binary is missing, so that a full cluster can be started.
func (b Binaries) Complete() bool {
	return !slices.Contains([]string{b.APIServer, b.Etcd, b.ControllerManager, b.Scheduler, b.Kwok}, "")
}

// CacheDir is where the binaries of Version are kept for this user. It may not
// exist yet.
func CacheDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache of binaries: %w", err)
	}
	return filepath.Join(cache, "fedrail", "bin", Version), nil
}

// Find looks for the binaries in the folders that BinEnv and AssetsEnv name and
// in CacheDir, in this order and for each binary by itself. A file called
// sandbox stands for all of them but kwok. The error names the folders and says
// how to get the binaries.
func Find() (Binaries, error) {
	dirs, err := searchPath()
	if err != nil {
		return Binaries{}, err
	}
	return findIn(dirs)
}

func searchPath() ([]string, error) {
	cache, err := CacheDir()
	if err != nil {
		return nil, err
	}
	dirs := []string{os.Getenv(BinEnv), os.Getenv(AssetsEnv), cache}
	return slices.DeleteFunc(dirs, func(dir string) bool { return dir == "" }), nil
}

func findIn(dirs []string) (Binaries, error) {
	bins := Binaries{
		APIServer:         lookUp(dirs, "kube-apiserver", "sandbox"),
		Etcd:              lookUp(dirs, "etcd", "sandbox"),
		ControllerManager: lookUp(dirs, "kube-controller-manager", "sandbox"),
		Scheduler:         lookUp(dirs, "kube-scheduler", "sandbox"),
		Kwok:              lookUp(dirs, "kwok"),
	}
	if bins.APIServer == "" || bins.Etcd == "" {
		return Binaries{}, fmt.Errorf("no kube-apiserver and etcd in %s: run `make binaries`, or set %s or %s to a folder that has them",
			strings.Join(dirs, ", "), BinEnv, AssetsEnv)
	}
	return bins, nil
}

// lookUp is the first file that has one of the names, folder by folder.
func lookUp(dirs []string, names ...string) string {
	for _, dir := range dirs {
		for _, name := range names {
			path, err := filepath.Abs(filepath.Join(dir, name))
			if err != nil {
				continue
			}
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				return path
			}
		}
	}
	return ""
}
