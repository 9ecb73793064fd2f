package tree

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Compact is a tree without what is more than one step below the root; how much of it
// there is, and how it fares, is in the messages.
func Compact(root Node) Node {
	children := make([]Node, len(root.Children))
	for i, child := range root.Children {
		counts := map[string]map[string]int{}
		var kinds []string
		tally(child, counts, &kinds)
		child.Message = strings.Join(append(summaries(counts, kinds), nonEmpty(child.Message)...), "; ")
		child.Children, child.More = nil, 0
		children[i] = child
	}
	root.Children = children
	return root
}

// tally counts what is below a node, by kind and state. The kinds are kept in the order
// in which they come.
func tally(n Node, counts map[string]map[string]int, kinds *[]string) {
	for _, child := range n.Children {
		if counts[child.Kind] == nil {
			counts[child.Kind] = map[string]int{}
			*kinds = append(*kinds, child.Kind)
		}
		counts[child.Kind][child.State]++
		tally(child, counts, kinds)
	}
	if n.More > 0 && len(n.Children) > 0 {
		counts[n.Children[len(n.Children)-1].Kind][unseen] += n.More
	}
}

// unseen is the state of what was not drawn. It is of the kind that was drawn last.
const unseen = "not looked at"

// summaries are such as "3 Pod: 2 Healthy, 1 Progressing".
func summaries(counts map[string]map[string]int, kinds []string) []string {
	var all []string
	for _, kind := range kinds {
		total, states := 0, []string{}
		for _, state := range slices.Sorted(maps.Keys(counts[kind])) {
			total += counts[kind][state]
			states = append(states, fmt.Sprintf("%d %s", counts[kind][state], state))
		}
		all = append(all, fmt.Sprintf("%d %s: %s", total, kind, strings.Join(states, ", ")))
	}
	return all
}

func nonEmpty(words ...string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}
