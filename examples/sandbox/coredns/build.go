package coredns

import (
	"context"
	"io"
	"path/filepath"

	"github.com/fedrail/fedrail/examples/sandbox/programs"
)

// Version is the release of CoreDNS that the program is built from.
const Version = "v1.15.0"

const file = "coredns"

// Build is the path of the program, which is built and kept for this user when it is
// not there yet. That takes two minutes with empty Go caches; out is told how far it is.
func Build(ctx context.Context, out io.Writer) (string, error) {
	m, err := module()
	if err != nil {
		return "", err
	}
	return filepath.Join(m.Target, file), m.Build(ctx, out)
}

func module() (programs.Module, error) {
	source, err := programs.Find("coredns")
	if err != nil {
		return programs.Module{}, err
	}
	target, err := programs.CacheDir("coredns-" + Version)
	return programs.Module{
		Title:    "CoreDNS " + Version,
		Duration: "2 minutes",
		Source:   source,
		Target:   target,
		Programs: []programs.Program{{Title: "CoreDNS", Package: ".", File: file}},
	}, err
}
