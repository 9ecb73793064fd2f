package externaldns

import (
	"context"
	"io"
	"path/filepath"

	"github.com/fedrail/fedrail/examples/sandbox/programs"
)

// Version is the release of external-dns that the program is built from.
const Version = "v0.21.0"

const (
	file = "external-dns"
	pkg  = "sigs.k8s.io/external-dns"
)

// Build is the path of the program, which is built and kept for this user when it is
// not there yet. With empty Go caches that takes 5 to 7 minutes on two cores and 2.6 GB
// of memory; out is told how far it is.
func Build(ctx context.Context, out io.Writer) (string, error) {
	m, err := module()
	if err != nil {
		return "", err
	}
	return m.First(ctx, out)
}

// IsBuilt says that Build has nothing to do.
func IsBuilt() (bool, error) {
	m, err := module()
	if err != nil {
		return false, err
	}
	return m.IsBuilt()
}

// Definition is the CustomResourceDefinition of DNSEndpoints, as YAML, that this
// release of external-dns comes with.
func Definition(ctx context.Context) ([]byte, error) {
	source, err := programs.Find("externaldns")
	if err != nil {
		return nil, err
	}
	return programs.ReadFile(ctx, source, pkg, filepath.Join("config", "crd", "standard", "dnsendpoints.externaldns.k8s.io.yaml"))
}

// module builds as the releases are built: without C.
func module() (programs.Module, error) {
	return programs.Pinned("externaldns", "external-dns-"+Version, programs.Module{
		Title:    "external-dns " + Version,
		Duration: "5 to 7 minutes",
		Env:      []string{"CGO_ENABLED=0"},
		Programs: []programs.Program{{
			Title:   "external-dns",
			Package: pkg,
			File:    file,
			LDFlags: "-X " + pkg + "/pkg/apis/externaldns.Version=" + Version,
		}},
	})
}
