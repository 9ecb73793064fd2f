package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
)

const defaultName = "default"

// nameForm is what names of sandboxes and clusters look like.
var nameForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// store is the folder that holds all of one sandbox: data, logs, certificates,
// kubeconfig, and what is written down about its processes.
type store struct{ dir string }

// record is what is written down about a running sandbox.
type record struct {
	Etcd     int             `json:"etcd"` // process id
	Clusters []clusterRecord `json:"clusters"`
}

// clusterRecord describes one cluster; the API server is the first of its processes.
type clusterRecord struct {
	Name      string          `json:"name"`
	Region    string          `json:"region,omitempty"`
	Zones     []string        `json:"zones,omitempty"`
	Processes []processRecord `json:"processes"`
}

type processRecord struct {
	Name string `json:"name"`
	PID  int    `json:"pid"`
}

// openStore does not create the folder.
func openStore(name string) (store, error) {
	if !nameForm.MatchString(name) {
		return store{}, fmt.Errorf("--name %q: use small letters, digits and dashes", name)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return store{}, err
	}
	return store{dir: filepath.Join(cache, "fedrail", "sandbox", name)}, nil
}

func (s store) name() string       { return filepath.Base(s.dir) }
func (s store) kubeconfig() string { return filepath.Join(s.dir, "kubeconfig") }
func (s store) data() string       { return filepath.Join(s.dir, "data") }
func (s store) log() string        { return filepath.Join(s.dir, "sandbox.log") }
func (s store) record() string     { return filepath.Join(s.dir, "processes.json") }
func (s store) owner() string      { return filepath.Join(s.dir, "owner") }

// take makes this process the one that runs the sandbox, for as long as the file
// that is returned stays open. The lock goes with the process, however that ends,
// so it tells the truth where a process id in a file may not.
func (s store) take() (*os.File, error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(s.owner(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("sandbox %q is run by another process: %w", s.name(), err), file.Close())
	}
	if err := file.Truncate(0); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if _, err := fmt.Fprintln(file, os.Getpid()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// ownerPID is the process that runs the sandbox, or 0 when none does.
func (s store) ownerPID() (int, error) {
	file, err := os.Open(s.owner())
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer file.Close()
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	if err == nil {
		return 0, nil // nobody holds it; closing the file gives back our own lock
	}
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		return 0, err
	}
	data, err := os.ReadFile(s.owner())
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(data)))
}

// read is the record of a sandbox that is up; ok is false before and after that.
func (s store) read() (r record, ok bool, err error) {
	pid, err := s.ownerPID()
	if err != nil || pid == 0 {
		return record{}, false, err
	}
	data, err := os.ReadFile(s.record())
	if errors.Is(err, fs.ErrNotExist) {
		return record{}, false, nil
	}
	if err != nil {
		return record{}, false, err
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return record{}, false, fmt.Errorf("%s: %w", s.record(), err)
	}
	return r, true, nil
}

// write makes the record appear whole: a sandbox is up when it is there.
func (s store) write(r record) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	draft := s.record() + ".draft"
	if err := os.WriteFile(draft, data, 0o600); err != nil {
		return err
	}
	return os.Rename(draft, s.record())
}

// clear removes what a sandbox that was killed has left, but not its log.
func (s store) clear() error {
	return errors.Join(os.RemoveAll(s.record()), os.RemoveAll(s.kubeconfig()), os.RemoveAll(s.data()))
}

func (s store) remove() error { return os.RemoveAll(s.dir) }

// errNotUp is for commands that need a running sandbox.
func (s store) errNotUp() error {
	return fmt.Errorf("sandbox %q is not up: run `sandbox up`", s.name())
}
