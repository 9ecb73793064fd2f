// Package arrows_test reads the imports of every package of the module and fails
// when one points the wrong way: up, or to a sibling. It also sees to it that
// every package says what it is for.
package arrows_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	module = "github.com/fedrail/fedrail"
	root   = "../.."
)

// A source is what a package's files, those of its tests left out, say.
type source struct {
	imports  map[string]bool
	comments int // files with a package comment
}

func TestNoArrowPointsTheWrongWay(t *testing.T) {
	packages := read(t)
	require.Contains(t, packages, "federation", "the module was not found")
	for _, pkg := range slices.Sorted(maps.Keys(packages)) {
		for _, imported := range slices.Sorted(maps.Keys(packages[pkg].imports)) {
			if objection := object(pkg, imported); objection != "" {
				t.Errorf("%s imports %s: %s", pkg, imported, objection)
			}
		}
	}
}

func TestEveryPackageIsInTheTable(t *testing.T) {
	for pkg := range read(t) {
		_, found := ruleOf(pkg)
		require.True(t, found, "%s is in no rule: say in the table what it may import", pkg)
	}
}

func TestEveryPackageHasOneComment(t *testing.T) {
	for pkg, s := range read(t) {
		require.Equal(t, 1, s.comments, "%s: files that have a package comment", pkg)
	}
}

func TestTheTableObjects(t *testing.T) {
	for name, c := range map[string]struct {
		pkg, imported string
		allowed       bool
	}{
		"words use apimachinery":                {"federation", "k8s.io/apimachinery/pkg/labels", true},
		"words know nothing above":              {"federation", module + "/placement", false},
		"pure packages use the words":           {"placement", module + "/federation", true},
		"pure packages are strangers":           {"placement", module + "/status", false},
		"pure packages have no client":          {"status", "k8s.io/client-go/util/workqueue", false},
		"pure packages have no logger":          {"dns", "github.com/go-logr/logr", false},
		"pure packages have no files":           {"scheduling", "os", false},
		"pure packages have no dice":            {"scheduling", "math/rand/v2", false},
		"overrides use json-patch":              {"overrides", "github.com/evanphx/json-patch/v5", true},
		"only overrides use json-patch":         {"placement", "github.com/evanphx/json-patch/v5", false},
		"status uses kstatus":                   {"status", "github.com/fluxcd/cli-utils/pkg/kstatus/status", true},
		"status pays for no expressions":        {"status", "github.com/google/cel-go/cel", false},
		"expressions are CEL":                   {"status/expression", "github.com/google/cel-go/cel", true},
		"the loop uses pure packages":           {"propagation", module + "/overrides", true},
		"the loop uses queues":                  {"propagation", "k8s.io/client-go/util/workqueue", true},
		"the loop owns no client":               {"propagation", "k8s.io/client-go/dynamic", false},
		"the loop knows no edge":                {"propagation", module + "/propagation/push", false},
		"edges use the loop":                    {"propagation/push", module + "/propagation", true},
		"edges use clients":                     {"propagation/push", "k8s.io/client-go/dynamic", true},
		"edges are strangers":                   {"propagation/federated", module + "/propagation/push", false},
		"edges use no suite":                    {"propagation/push", module + "/propagation/propagationtest", false},
		"edges use no servers for tests":        {"federation/kubefed", module + "/internal/controlplane", false},
		"internals know nothing above":          {"internal/fields", module + "/propagation", false},
		"nobody imports examples":               {"propagation/push", module + "/examples/inmemory", false},
		"examples import no other examples":     {"examples/fedctl", module + "/examples/controller", false},
		"examples have packages of their own":   {"examples/fedctl", module + "/examples/fedctl/join", true},
		"examples import all else":              {"examples/fedctl", module + "/federation/kubefed", true},
		"examples may have pretend clusters":    {"examples/inmemory", module + "/propagation/propagationtest", true},
		"suites use testify":                    {"placement/placementtest", "github.com/stretchr/testify/require", true},
		"only suites use testify":               {"propagation/push", "github.com/stretchr/testify/require", false},
		"nobody uses klog":                      {"examples/controller", "k8s.io/klog/v2", false},
		"nobody may import what is in no rule":  {"elsewhere", module + "/federation", false},
		"names that begin alike are not alike":  {"propagation", module + "/propagationx", false},
		"the standard library is for everybody": {"federation", "slices", true},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.allowed, object(c.pkg, c.imported) == "", object(c.pkg, c.imported))
		})
	}
}

// object says why a package may not import another; empty when it may.
func object(pkg, imported string) string {
	rule, found := ruleOf(pkg)
	ours, isOurs := strings.CutPrefix(imported, module+"/")
	switch {
	case !found:
		return "the package is in no rule"
	case matches(forNobody, imported):
		return "no package may import it"
	case !isForTests(pkg) && matches(testLibraries, imported):
		return "it is for tests only"
	case !isForTests(pkg) && isOurs && isForTests(ours) && !matches([]string{"examples/..."}, pkg):
		return "it is for tests and examples only"
	case isOurs && strings.HasPrefix(ours, "examples/") && example(ours) != example(pkg):
		return "nobody imports an example"
	case isOurs && !matches(rule.ours, ours):
		return fmt.Sprintf("of our own packages it may import only %v", rule.ours)
	case isOurs:
		return ""
	case !strings.Contains(strings.Split(imported, "/")[0], "."):
		if matches(rule.notStd, imported) {
			return "the package is pure: it decides from its arguments"
		}
	case !matches(rule.libraries, imported):
		return fmt.Sprintf("of other modules it may import only %v", rule.libraries)
	}
	return ""
}

// example is the example that a package belongs to: "examples/fedctl".
func example(pkg string) string {
	parts := strings.SplitN(pkg, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// read parses the module's packages, by their path in it. Modules inside it are
// not its packages.
func read(t *testing.T) map[string]source {
	t.Helper()
	packages := map[string]source{}
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != root && (isHidden(entry.Name()) || hasModule(path)) {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			return readFile(packages, path)
		}
		return nil
	}))
	return packages
}

// isHidden tells whether the go command looks into a folder of that name.
func isHidden(name string) bool {
	return name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

func hasModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func readFile(packages map[string]source, path string) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return err
	}
	dir, err := filepath.Rel(root, filepath.Dir(path))
	if err != nil {
		return err
	}
	pkg := filepath.ToSlash(dir)
	s, found := packages[pkg]
	if !found {
		s.imports = map[string]bool{}
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		s.imports[imported] = true
	}
	if file.Doc != nil {
		s.comments++
	}
	packages[pkg] = s
	return nil
}
