// Package programs builds programs from Go modules that pin them, once for each user.
//
// A module is a folder with a go.mod of its own, because a big program and our tests
// need different versions of the same things. What was built is kept with a stamp of
// what it was built from; it is built again when that changes.
package programs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Module is a module that pins programs, and where they are kept.
type Module struct {
	Title    string   // what is built, for people: "Kubernetes v1.36.3 and kwok"
	Duration string   // how long that takes with empty Go caches, for people: "5 to 8 minutes"
	Source   string   // the folder of the module; see Find
	Target   string   // the folder that gets the programs; see CacheDir
	Env      []string // added to the environment of go
	Programs []Program
}

// Program is one program of a module.
type Program struct {
	Title   string // for people
	Package string // as go build takes it: "./kwok", or the path of a package of another module
	File    string // its name in Target
	LDFlags string // for the linker, beside those that leave out symbols
}

// First builds the programs, and returns the path of the first one.
func (m Module) First(ctx context.Context, out io.Writer) (string, error) {
	return filepath.Join(m.Target, m.Programs[0].File), m.Build(ctx, out)
}

// Build puts the programs into Target, unless they are there already, and tells out
// how far it is. They appear there whole: another process sees the old ones, or none,
// until they are done. A failed build leaves nothing.
func (m Module) Build(ctx context.Context, out io.Writer) error {
	stamp, err := m.stamp()
	if err != nil {
		return err
	}
	if m.has(stamp) {
		fmt.Fprintf(out, "the programs are in %s already\n", m.Target)
		return nil
	}
	if err := os.MkdirAll(m.Target, 0o700); err != nil {
		return err
	}
	draft, err := os.MkdirTemp(filepath.Dir(m.Target), "building-")
	if err != nil {
		return err
	}
	if err := m.buildIn(ctx, draft, stamp, out); err != nil {
		return errors.Join(fmt.Errorf("build the programs from %s: %w", m.Source, err), os.RemoveAll(draft))
	}
	fmt.Fprintf(out, "the programs are in %s\n", m.Target)
	return nil
}

// IsBuilt says that Target holds programs that were built from what Source is now.
func (m Module) IsBuilt() (bool, error) {
	stamp, err := m.stamp()
	return err == nil && m.has(stamp), err
}

// buildIn builds in the folder draft, beside Target, and moves what it made.
func (m Module) buildIn(ctx context.Context, draft string, stamp []byte, out io.Writer) error {
	c := compilation{Module: m, draft: draft, out: out, began: time.Now()}
	if err := c.compile(ctx); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(draft, stampFile), stamp, 0o600); err != nil {
		return err
	}
	return m.publish(draft)
}

// publish moves the files of draft into Target, the stamp last.
func (m Module) publish(draft string) error {
	for _, name := range append(m.files(), stampFile) {
		if err := os.Rename(filepath.Join(draft, name), filepath.Join(m.Target, name)); err != nil {
			return err
		}
	}
	return os.Remove(draft)
}

func (m Module) files() []string {
	var names []string
	for _, program := range m.Programs {
		names = append(names, program.File)
	}
	return names
}
