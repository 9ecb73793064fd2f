// Package logkeys_test reads every call of a logger in the repository and fails
// when one uses a key that is not in the table of docs/design, or a message that
// is not a constant.
package logkeys_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	root  = "../.."
	table = "../../docs/design/0012-what-it-tells.md"
)

// call is one call of a logger: where it is, its message if it has one, and what
// follows.
type call struct {
	at      string
	message ast.Expr
	pairs   []ast.Expr
}

// keys are those of the table, which follows the heading "The keys of the log".
func keys(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile(table)
	require.NoError(t, err)
	_, part, found := strings.Cut(string(page), "## The keys of the log")
	require.True(t, found, "%s has no table of keys", table)
	var keys []string
	for line := range strings.Lines(part) {
		if column, _, isRow := strings.Cut(strings.TrimPrefix(line, "|"), "|"); isRow {
			for _, key := range regexp.MustCompile("`([a-z]+)`").FindAllStringSubmatch(column, -1) {
				keys = append(keys, key[1])
			}
		}
	}
	return keys
}

func TestEveryCallUsesTheKeysOfTheTable(t *testing.T) {
	allowed, used := keys(t), map[string]bool{}
	for _, c := range calls(t) {
		require.Zero(t, len(c.pairs)%2, "%s: a key without a value", c.at)
		for i := 0; i < len(c.pairs); i += 2 {
			key := literal(c.pairs[i])
			require.Contains(t, allowed, key, "%s: this key is not in %s", c.at, table)
			used[key] = true
		}
	}
	for _, key := range allowed {
		require.True(t, used[key], "%s: no call uses %q", table, key)
	}
}

func TestEveryMessageIsAConstant(t *testing.T) {
	for _, c := range calls(t) {
		if c.message != nil {
			require.NotEmpty(t, literal(c.message), "%s: the message is made up; values belong behind keys", c.at)
		}
	}
}

// literal is what a string literal says; empty for all else.
func literal(e ast.Expr) string {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(l.Value)
	if err != nil {
		return ""
	}
	return text
}

// calls are all calls of loggers in files that are no tests.
func calls(t *testing.T) []call {
	t.Helper()
	var all []call
	files := token.NewFileSet()
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok {
				all = append(all, callOf(c, fmt.Sprint(files.Position(c.Pos())))...)
			}
			return true
		})
		return nil
	}))
	require.Greater(t, len(all), 20, "the calls were not found")
	return all
}

// callOf is the call of a logger that an expression is, if it is one.
func callOf(c *ast.CallExpr, at string) []call {
	f, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || !isLogger(f.X) {
		return nil
	}
	before, logs := map[string]int{"WithValues": 0, "Info": 1, "Error": 2}[f.Sel.Name]
	if !logs || len(c.Args) < before {
		return nil
	}
	found := call{at: at, pairs: c.Args[before:]}
	if before > 0 {
		found.message = c.Args[before-1]
	}
	return []call{found}
}

// isLogger says of an expression that it is a logger, by its last name.
func isLogger(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.Ident:
		return slices.Contains([]string{"log", "logger", "quiet"}, strings.ToLower(x.Name))
	case *ast.SelectorExpr:
		return isLogger(x.Sel)
	case *ast.CallExpr:
		f, ok := x.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		return f.Sel.Name == "FromContextOrDiscard" || isLogger(f.Sel) ||
			slices.Contains([]string{"V", "WithName", "WithValues"}, f.Sel.Name) && isLogger(f.X)
	}
	return false
}
