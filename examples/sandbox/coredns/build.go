package coredns

import (
	"context"
	"io"

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
	return m.First(ctx, out)
}

func module() (programs.Module, error) {
	return programs.Pinned("coredns", "coredns-"+Version, programs.Module{
		Title:    "CoreDNS " + Version,
		Duration: "2 minutes",
		Programs: []programs.Program{{Title: "CoreDNS", Package: ".", File: file}},
	})
}
