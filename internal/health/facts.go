package health

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Facts are what a member tells about itself.
type Facts struct {
	Version string // of Kubernetes, for example "v1.36.3"
	Region  string
	Zones   []string // in order, each once
}

const (
	nodesPerPage = "500"
	maxPage      = 64 << 20
	onlyMetadata = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
)

// Facts asks the member for its version and for where its nodes run. What it
// does not tell, or does not tell within the timeout, stays as in known.
func (t *Target) Facts(ctx context.Context, known Facts) Facts {
	ctx, cancel := context.WithTimeout(ctx, t.limits.Timeout)
	defer cancel()
	var version struct {
		GitVersion string `json:"gitVersion"`
	}
	if err := t.read(ctx, request{path: "/version"}, &version); err == nil && version.GitVersion != "" {
		known.Version = version.GitVersion
	}
	nodes, err := t.nodes(ctx)
	if err != nil {
		return known
	}
	region, zones := Topology(nodes)
	if region != "" {
		known.Region = region
	}
	if len(zones) > 0 {
		known.Zones = zones
	}
	return known
}

// Node is the part of a node that says where it runs.
type Node struct {
	Metadata struct {
		Name   string            `json:"name"`
		Labels map[string]string `json:"labels"`
	} `json:"metadata"`
}

// Topology returns the region of the first node, by name, that has one, and the
// zones of all.
func Topology(nodes []Node) (region string, zones []string) {
	nodes = slices.SortedFunc(slices.Values(nodes), func(a, b Node) int {
		return strings.Compare(a.Metadata.Name, b.Metadata.Name)
	})
	for _, node := range nodes {
		if region == "" {
			region = firstOf(node, corev1.LabelTopologyRegion, corev1.LabelFailureDomainBetaRegion)
		}
		if zone := firstOf(node, corev1.LabelTopologyZone, corev1.LabelFailureDomainBetaZone); zone != "" {
			zones = append(zones, zone)
		}
	}
	slices.Sort(zones)
	return region, slices.Compact(zones)
}

func firstOf(node Node, labels ...string) string {
	for _, label := range labels {
		if value := node.Metadata.Labels[label]; value != "" {
			return value
		}
	}
	return ""
}

func (t *Target) nodes(ctx context.Context) ([]Node, error) {
	var all []Node
	query := url.Values{"limit": {nodesPerPage}}
	for {
		var page struct {
			Metadata struct {
				Continue string `json:"continue"`
			} `json:"metadata"`
			Items []Node `json:"items"`
		}
		if err := t.read(ctx, request{path: "/api/v1/nodes", query: query, accept: onlyMetadata}, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Metadata.Continue == "" {
			return all, nil
		}
		query.Set("continue", page.Metadata.Continue)
	}
}

func (t *Target) read(ctx context.Context, r request, into any) error {
	response, err := t.get(ctx, r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("get %s: %s", r.path, response.Status)
	}
	return json.NewDecoder(io.LimitReader(response.Body, maxPage)).Decode(into)
}
