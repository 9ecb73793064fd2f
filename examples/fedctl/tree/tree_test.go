package tree_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/examples/fedctl/tree"
)

func web() tree.Node {
	pod := func(name, state string) tree.Node { return tree.Node{Kind: "Pod", Name: name, State: state} }
	return tree.Node{Kind: "FederatedDeployment", Name: "web", Children: []tree.Node{
		{Kind: "Cluster", Name: "berlin", Children: []tree.Node{{Kind: "Deployment", Name: "web", State: "Healthy", Children: []tree.Node{
			pod("web-1", "Healthy"), pod("web-2", "Progressing"),
		}, More: 3}}},
		{Kind: "Cluster", Name: "madrid", State: "ClusterNotReady", Message: "it is away"},
	}}
}

func text(lines []tree.Line) string {
	var all []string
	for _, l := range lines {
		all = append(all, l.Before+l.Node.Name)
	}
	return strings.Join(all, "\n")
}

func TestLinesLeadFromParentsToChildren(t *testing.T) {
	require.Equal(t, `web
├─ berlin
│  └─ web
│     ├─ web-1
│     ├─ web-2
│     └─ 
└─ madrid`, text(tree.Draw(web(), tree.Boxes())))
	require.Equal(t, "web\n|- berlin\n|  `- web\n|     |- web-1\n|     |- web-2\n|     `- \n`- madrid", text(tree.Draw(web(), tree.ASCII())))
}

func TestACompactTreeCounts(t *testing.T) {
	compact := tree.Compact(web())
	require.Equal(t, []tree.Node{
		{Kind: "Cluster", Name: "berlin", Message: "1 Deployment: 1 Healthy; 5 Pod: 1 Healthy, 1 Progressing, 3 not looked at"},
		{Kind: "Cluster", Name: "madrid", State: "ClusterNotReady", Message: "it is away"},
	}, compact.Children)
	require.Len(t, web().Children[0].Children, 1)
}

func TestBoxesNeedATerminalThatHasThem(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want tree.Style
	}{
		"UTF-8":                   {map[string]string{"LANG": "de_DE.UTF-8"}, tree.Boxes()},
		"as some write it":        {map[string]string{"LANG": "C.utf8"}, tree.Boxes()},
		"another":                 {map[string]string{"LANG": "de_DE.ISO-8859-1"}, tree.ASCII()},
		"nothing":                 {nil, tree.ASCII()},
		"dumb":                    {map[string]string{"LANG": "C.UTF-8", "TERM": "dumb"}, tree.ASCII()},
		"LC_ALL wins over LANG":   {map[string]string{"LANG": "C.UTF-8", "LC_ALL": "C"}, tree.ASCII()},
		"an empty LC_ALL is none": {map[string]string{"LANG": "C.UTF-8", "LC_ALL": ""}, tree.Boxes()},
	} {
		require.Equal(t, c.want, tree.StyleOf(func(name string) string { return c.env[name] }), name)
	}
}
