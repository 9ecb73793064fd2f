package command

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fedrail/fedrail/examples/sandbox/programs"
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

// build puts the programs of Kubernetes and kwok into the cache.
func build(ctx context.Context, serversDir string, out io.Writer) error {
	source, err := findServers(serversDir)
	if err != nil {
		return err
	}
	target, err := controlplane.CacheDir()
	if err != nil {
		return err
	}
	return servers(source, target).Build(ctx, out)
}

// servers is the module of a control plane: two files, five programs.
func servers(source, target string) programs.Module {
	const flags = "-X k8s.io/component-base/version.gitVersion=" + controlplane.Version
	return programs.Module{
		Title:    "Kubernetes " + controlplane.Version + " and kwok",
		Duration: "5 to 8 minutes",
		Source:   source,
		Target:   target,
		Programs: []programs.Program{
			{Title: "the four of Kubernetes", Package: ".", File: "sandbox", LDFlags: flags},
			{Title: "kwok", Package: "./kwok", File: "kwok", LDFlags: flags},
		},
	}
}

// findServers is the module of the programs: the folder that is given, or the one
// of the source tree that the current folder is in.
func findServers(given string) (string, error) {
	if given == "" {
		return programs.Find(".")
	}
	if !programs.IsModule(given) {
		return "", fmt.Errorf("--servers-dir %s: it has no go.mod", given)
	}
	return filepath.Abs(given)
}
