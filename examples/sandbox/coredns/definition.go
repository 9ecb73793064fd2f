package coredns

import (
	"context"
	"path"

	"github.com/fedrail/fedrail/examples/sandbox/programs"
)

// Definition is the CustomResourceDefinition of ServiceImports, as YAML, of the release
// of the Multi-Cluster Services API that the server speaks.
func Definition(ctx context.Context) ([]byte, error) {
	source, err := programs.Find("coredns")
	if err != nil {
		return nil, err
	}
	return programs.ReadFile(ctx, source, "sigs.k8s.io/mcs-api", path.Join("config", "crd", "multicluster.x-k8s.io_serviceimports.yaml"))
}
