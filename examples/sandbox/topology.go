package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// topology is which clusters a sandbox has.
type topology struct {
	members    int
	bare       bool
	nodes      int
	nodeCPU    string
	nodeMemory string
	regions    []string // member1=eu
	zones      []string // member1=eu-a
}

// cluster is one of them.
type cluster struct {
	name  string
	nodes controlplane.NodeOptions
}

func (t *topology) addFlags(flags *pflag.FlagSet) {
	flags.IntVar(&t.members, "members", 3, "how many member clusters, called member1, member2, ...")
	flags.BoolVar(&t.bare, "bare", false, "API servers alone: no controllers, scheduler, nodes or pods")
	flags.IntVar(&t.nodes, "nodes", 2, "pretend nodes in each cluster")
	flags.StringVar(&t.nodeCPU, "node-cpu", "4", "CPUs of each node")
	flags.StringVar(&t.nodeMemory, "node-memory", "16Gi", "memory of each node")
	flags.StringArrayVar(&t.regions, "region", nil, "region of one cluster, as member1=eu; repeat it for others (default eu, us, ap in turn)")
	flags.StringArrayVar(&t.zones, "zone", nil, "one zone of a cluster, as member1=eu-a; repeat it for more (default <region>-a and <region>-b)")
}

// clusters are the host and the members, or an error that names the wrong flag.
func (t *topology) clusters() ([]cluster, error) {
	if t.members < 0 || t.nodes < 0 {
		return nil, fmt.Errorf("--members %d, --nodes %d: neither can be negative", t.members, t.nodes)
	}
	names := []string{"host"}
	for i := range t.members {
		names = append(names, fmt.Sprintf("member%d", i+1))
	}
	cpu, err := quantity("--node-cpu", t.nodeCPU)
	if err != nil {
		return nil, err
	}
	memory, err := quantity("--node-memory", t.nodeMemory)
	if err != nil {
		return nil, err
	}
	regions, err := byCluster("--region", t.regions, names)
	if err != nil {
		return nil, err
	}
	zones, err := byCluster("--zone", t.zones, names)
	if err != nil {
		return nil, err
	}
	clusters := make([]cluster, len(names))
	for i, name := range names {
		place := controlplane.NodeOptions{Count: t.nodes, CPU: cpu, Memory: memory, Region: defaultRegion(i), Zones: zones[name]}
		if given := regions[name]; len(given) > 0 {
			place.Region = given[len(given)-1]
		}
		if len(place.Zones) == 0 {
			place.Zones = []string{place.Region + "-a", place.Region + "-b"}
		}
		clusters[i] = cluster{name: name, nodes: place}
	}
	return clusters, nil
}

// defaultRegion gives the host and the first member the same one.
func defaultRegion(i int) string {
	regions := []string{"eu", "us", "ap"}
	return regions[max(i-1, 0)%len(regions)]
}

func quantity(flag, value string) (resource.Quantity, error) {
	q, err := resource.ParseQuantity(value)
	if err != nil {
		return q, fmt.Errorf("%s %q: %w", flag, value, err)
	}
	if q.Sign() <= 0 {
		return q, fmt.Errorf("%s %q: must be more than nothing", flag, value)
	}
	return q, nil
}

// byCluster reads flags of the form cluster=value.
func byCluster(flag string, given, names []string) (map[string][]string, error) {
	values := map[string][]string{}
	for _, pair := range given {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || value == "" {
			return nil, fmt.Errorf("%s %q: write it as member1=value", flag, pair)
		}
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("%s %q: no cluster %q, there are %s", flag, pair, name, strings.Join(names, ", "))
		}
		values[name] = append(values[name], value)
	}
	return values, nil
}
