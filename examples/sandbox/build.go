package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fedrail/fedrail/internal/controlplane"
)

func buildCommand() *cobra.Command {
	var serversDir string
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Build the programs of a control plane, once for this user",
		Long: `Build kube-apiserver, kube-controller-manager, kube-scheduler, etcd and kwok from the
Go modules that servers/go.mod pins, into the cache folder of this user.

With empty Go caches this takes 5 to 8 minutes on two cores, some hundred MB of
downloads and 2.2 GB of memory. Afterwards it takes seconds, needs no network, and
does nothing when the programs are there already.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return build(cmd.Context(), serversDir, cmd.OutOrStdout())
		},
	}
	addServersDir(cmd.Flags(), &serversDir)
	return cmd
}

func addServersDir(flags *pflag.FlagSet, dir *string) {
	flags.StringVar(dir, "servers-dir", "", "module that the programs are built from (default examples/sandbox/servers of the source tree around the current folder)")
}

// ensureBinaries builds what is missing. Binaries that the environment names are
// used as they are.
func ensureBinaries(ctx context.Context, opts upOptions, out io.Writer) (controlplane.Binaries, error) {
	bins, err := controlplane.Find()
	if err == nil && (opts.bare || bins.Complete()) {
		return bins, nil
	}
	if err := build(ctx, opts.serversDir, out); err != nil {
		return controlplane.Binaries{}, err
	}
	return controlplane.Find()
}

// build puts the programs into the cache. They appear there whole: another
// process sees the old ones, or none, until they are done.
func build(ctx context.Context, serversDir string, out io.Writer) error {
	source, err := findServers(serversDir)
	if err != nil {
		return err
	}
	target, err := controlplane.CacheDir()
	if err != nil {
		return err
	}
	stamp, err := stampOf(source)
	if err != nil {
		return err
	}
	if isBuilt(target, stamp) {
		fmt.Fprintf(out, "the programs are in %s already\n", target)
		return nil
	}
	if err := os.MkdirAll(target, 0o700); err != nil {
		return err
	}
	draft, err := os.MkdirTemp(filepath.Dir(target), "building-")
	if err != nil {
		return err
	}
	c := compilation{source: source, draft: draft, target: target, out: out, began: time.Now()}
	if err := compile(ctx, c); err != nil {
		return errors.Join(fmt.Errorf("build the programs from %s: %w", source, err), os.RemoveAll(draft))
	}
	if err := os.WriteFile(filepath.Join(draft, stampFile), stamp, 0o600); err != nil {
		return errors.Join(err, os.RemoveAll(draft))
	}
	if err := c.publish(); err != nil {
		return err
	}
	fmt.Fprintf(out, "the programs are in %s\n", target)
	return nil
}

// publish moves the files of draft into target, the stamp last.
func (c compilation) publish() error {
	for _, name := range []string{kwokFile, serversFile, stampFile} {
		if err := os.Rename(filepath.Join(c.draft, name), filepath.Join(c.target, name)); err != nil {
			return errors.Join(err, os.RemoveAll(c.draft))
		}
	}
	return os.Remove(c.draft)
}

// findServers is the module of the programs: the folder that is given, or the one
// of the source tree that the current folder is in.
func findServers(given string) (string, error) {
	if given != "" {
		if !isModule(given) {
			return "", fmt.Errorf("--servers-dir %s: it has no go.mod", given)
		}
		return filepath.Abs(given)
	}
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		for _, below := range []string{"servers", filepath.Join("examples", "sandbox", "servers")} {
			if found := filepath.Join(dir, below); isModule(found) {
				return found, nil
			}
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no examples/sandbox/servers around %s: run this in the source tree, or give --servers-dir", start)
		}
	}
}

func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}
