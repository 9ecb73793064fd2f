package command

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
	nodeCPU    resource.QuantityValue
	nodeMemory resource.QuantityValue
	regions    []string // member1=eu
	zones      []string // member1=eu-a
}

// cluster is one of them.
type cluster struct {
	name  string
	bare  bool // an API server alone; it has no nodes
	nodes controlplane.NodeOptions
}

func (t *topology) addFlags(flags *pflag.FlagSet) {
	flags.IntVar(&t.members, "members", 3, "how many member clusters, called member1, member2, ...")
	flags.BoolVar(&t.bare, "bare", false, "API servers alone: no controllers, scheduler, nodes or pods")
	flags.IntVar(&t.nodes, "nodes", 2, "pretend nodes in each cluster")
	t.nodeCPU.Quantity, t.nodeMemory.Quantity = resource.MustParse("4"), resource.MustParse("16Gi")
	flags.Var(&t.nodeCPU, "node-cpu", "CPUs of each node")
	flags.Var(&t.nodeMemory, "node-memory", "memory of each node")
	flags.StringArrayVar(&t.regions, "region", nil, "region of one cluster, as member1=eu; repeat it for others (default eu, us, ap in turn)")
	flags.StringArrayVar(&t.zones, "zone", nil, "one zone of a cluster, as member1=eu-a; repeat it for more (default <region>-a and <region>-b)")
}

// clusters are the host and the members, or an error that names the wrong flag.
func (t *topology) clusters() ([]cluster, error) {
	if t.members < 0 || t.nodes < 0 {
		return nil, fmt.Errorf("--members %d, --nodes %d: neither can be negative", t.members, t.nodes)
	}
	if t.nodeCPU.Sign() <= 0 || t.nodeMemory.Sign() <= 0 {
		return nil, fmt.Errorf("--node-cpu %s, --node-memory %s: both must be more than nothing", &t.nodeCPU, &t.nodeMemory)
	}
	names := []string{"host"}
	for i := range t.members {
		names = append(names, fmt.Sprintf("member%d", i+1))
	}
	regions, err := placeFlag{"--region", t.regions}.byCluster(names)
	if err != nil {
		return nil, err
	}
	zones, err := placeFlag{"--zone", t.zones}.byCluster(names)
	if err != nil {
		return nil, err
	}
	clusters := make([]cluster, len(names))
	for i, name := range names {
		place := controlplane.NodeOptions{Count: t.nodes, CPU: t.nodeCPU.Quantity, Memory: t.nodeMemory.Quantity, Region: defaultRegion(i), Zones: zones[name]}
		if given := regions[name]; len(given) > 0 {
			place.Region = given[len(given)-1]
		}
		if len(place.Zones) == 0 {
			place.Zones = []string{place.Region + "-a", place.Region + "-b"}
		}
		clusters[i] = cluster{name: name, bare: t.bare, nodes: place}
	}
	return clusters, nil
}

// defaultRegion gives the host and the first member the same one.
func defaultRegion(i int) string {
	regions := []string{"eu", "us", "ap"}
	return regions[max(i-1, 0)%len(regions)]
}

// placeFlag is a flag that is given as cluster=value, any number of times.
type placeFlag struct {
	name  string
	given []string
}

// byCluster is what was given for each of the clusters, in the order it was given.
func (f placeFlag) byCluster(names []string) (map[string][]string, error) {
	values := map[string][]string{}
	for _, pair := range f.given {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || value == "" {
			return nil, fmt.Errorf("%s %q: write it as member1=value", f.name, pair)
		}
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("%s %q: no cluster %q, there are %s", f.name, pair, name, strings.Join(names, ", "))
		}
		values[name] = append(values[name], value)
	}
	return values, nil
}
