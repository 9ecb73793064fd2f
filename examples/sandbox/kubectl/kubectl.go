// Package kubectl is the real kubectl, for tests of what people do with it:
//
//	path, err := kubectl.Build(ctx, os.Stdout)
//	exec.CommandContext(ctx, path, "--kubeconfig="+file, "get", "federatedconfigmaps")
//
// It is of the release of the API servers that the sandbox runs, as servers/kubectl
// pins it.
package kubectl

import (
	"context"
	"io"

	"github.com/fedrail/fedrail/examples/sandbox/programs"
	"github.com/fedrail/fedrail/internal/controlplane"
)

// Version is the release of kubectl that the program is built from.
const Version = controlplane.Version

const file = "kubectl"

// Build is the path of the program, which is built and kept for this user when it is
// not there yet; out is told how far it is. With empty Go caches that takes 2 minutes,
// and 20 seconds after the API servers were built, which share most of its packages.
func Build(ctx context.Context, out io.Writer) (string, error) {
	m, err := module()
	if err != nil {
		return "", err
	}
	return m.First(ctx, out)
}

func module() (programs.Module, error) {
	return programs.Pinned("kubectl", "kubectl-"+Version, programs.Module{
		Title:    "kubectl " + Version,
		Duration: "2 minutes",
		Programs: []programs.Program{{
			Title:   "kubectl",
			Package: ".",
			File:    file,
			LDFlags: "-X k8s.io/component-base/version.gitVersion=" + Version,
		}},
	})
}
