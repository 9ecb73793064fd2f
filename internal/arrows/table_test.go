package arrows_test

import (
	"path"
	"slices"
	"strings"
)

// A rule says what the packages of one layer may import beside the standard
// library. Names of packages are exact, or end in "/..." for the package and all
// below it. Our own packages are named without the module.
type rule struct {
	packages  []string
	ours      []string
	libraries []string
	notStd    []string // packages of the standard library that they may not use
}

const everything = "..."

var (
	pure      = []string{"placement", "overrides", "scheduling", "status", "dns"}
	words     = []string{"federation"}
	apis      = []string{"federation/apis/..."}
	loop      = []string{"propagation", "propagation/rollout"}
	internals = []string{"internal/..."}

	machinery = []string{"k8s.io/apimachinery/...", "k8s.io/api/..."}
	// world is what a pure package has no use for: it decides from its arguments.
	world = []string{"os", "os/exec", "net/http", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "syscall"}
)

// table is the picture of the layers, from the bottom to the top. A package
// belongs to the first rule that names it, and has to belong to one.
var table = []rule{
	{packages: words, libraries: machinery, notStd: world},
	{packages: []string{"overrides"}, ours: words, libraries: add(machinery, "github.com/evanphx/json-patch/v5"), notStd: world},
	{packages: []string{"status"}, ours: words, libraries: add(machinery, "github.com/fluxcd/cli-utils/pkg/kstatus/status"), notStd: world},
	{packages: pure, ours: words, libraries: machinery, notStd: world},
	{packages: []string{"status/expression"}, ours: add(words, "status"), libraries: add(machinery, "github.com/google/cel-go/..."), notStd: world},
	{packages: apis, ours: add(words, apis...), libraries: add(machinery, "k8s.io/apiextensions-apiserver/pkg/apis/...", "sigs.k8s.io/yaml")},
	{packages: []string{"federation/federate"}, ours: add(words, apis...), libraries: machinery, notStd: world},
	{packages: []string{"scheduling/failover"}, ours: add(words, "scheduling"), libraries: machinery, notStd: world},
	{packages: []string{"dns/failover"}, ours: words, libraries: machinery, notStd: world},
	{packages: []string{"dns/check"}, ours: add(words, "dns"), libraries: add(machinery, "golang.org/x/net/dns/dnsmessage")},
	{packages: []string{"propagation/rollout"}, ours: add(words, "status"), libraries: machinery, notStd: world},
	{packages: loop, ours: slices.Concat(words, pure, loop), libraries: add(machinery, "github.com/go-logr/logr", "k8s.io/client-go/util/workqueue")},
	{packages: []string{"propagation/budget"}},
	{packages: []string{"propagation/follow"}, ours: slices.Concat(words, []string{"placement", "overrides", "status"}, loop), libraries: []string{everything}},
	{packages: []string{"scheduling/capacity", "dns/exposure"}, ours: add(words, "internal/watching"), libraries: []string{everything}},
	{packages: []string{"propagation/archive"}, ours: slices.Concat(words, loop), libraries: []string{everything}},
	{packages: []string{"propagation/memory"}, ours: slices.Concat(words, pure, loop), libraries: machinery},
	{
		packages: []string{"propagation/pull"}, // its agent is push, in the member
		ours:     slices.Concat(words, apis, pure, loop, internals, []string{"propagation/push"}), libraries: []string{everything},
	},
	{
		packages: []string{
			"propagation/push", "propagation/federated", "propagation/declared", "scheduling/preference",
			"dns/externaldns", "dns/clusterset", "federation/kubefed", "federation/kubeconfig", "federation/renewal",
		},
		ours:      slices.Concat(words, apis, pure, loop, internals, []string{"propagation/budget", "propagation/archive", "propagation/follow", "scheduling/failover", "scheduling/capacity", "dns/exposure", "dns/failover"}),
		libraries: []string{everything},
	},
	{packages: []string{"federation/setup"}, ours: slices.Concat(words, apis, pure, loop, []string{"propagation/pull", "propagation/follow", "internal/fields"}), libraries: []string{everything}},
	{packages: []string{"internal/checker"}, ours: slices.Concat(words, apis, pure, loop, internals), libraries: []string{everything}, notStd: world},
	{packages: internals, ours: slices.Concat(words, apis, internals), libraries: []string{everything}},
	{packages: []string{"examples/..."}, ours: []string{everything}, libraries: []string{everything}},
}

// forTests is the rule of packages that tests are made of: suites, by their name
// ("placement/placementtest"), and these. They are imported by tests, by each
// other, and by examples for their pretend clusters.
var forTests = rule{
	packages:  []string{"internal/controlplane/...", "internal/nameserver/...", "internal/testbed/..."},
	ours:      []string{everything},
	libraries: []string{everything},
}

// testLibraries are what no other package imports.
var testLibraries = []string{"testing", "github.com/stretchr/testify/...", "go.uber.org/goleak"}

// forNobody are what no package imports: libraries do not choose a logger, or a
// framework, for those who embed them.
var forNobody = []string{"k8s.io/klog/...", "sigs.k8s.io/controller-runtime/...", "github.com/golang/glog"}

func add(list []string, more ...string) []string { return slices.Concat(list, more) }

// isForTests tells whether tests are made of a package of ours.
func isForTests(pkg string) bool {
	return strings.HasSuffix(path.Base(pkg), "test") || matches(forTests.packages, pkg)
}

// ruleOf finds the rule that a package is under.
func ruleOf(pkg string) (rule, bool) {
	if isForTests(pkg) {
		return forTests, true
	}
	for _, r := range table {
		if matches(r.packages, pkg) {
			return r, true
		}
	}
	return rule{}, false
}

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		tree, isTree := strings.CutSuffix(pattern, "/...")
		return pattern == everything || pattern == name || isTree && (name == tree || strings.HasPrefix(name, tree+"/"))
	})
}
