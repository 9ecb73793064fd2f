// Package tree draws trees as lines of text.
package tree

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Node is an object, or a cluster, with what is below it. As JSON it is what "tree"
// prints with -o json.
type Node struct {
	// Kind and Name say what it is; the kind of a cluster is Cluster.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// State is how it fares, in one word.
	State string `json:"state,omitempty"`
	// Message says what it lacks, for people.
	Message string      `json:"message,omitempty"`
	Created metav1.Time `json:"created,omitzero"`
	// Children are below it, and More is how many there are beside them.
	Children []Node `json:"children,omitempty"`
	More     int    `json:"more,omitempty"`
}

// Style is how lines are drawn.
type Style struct{ tee, elbow, bar, blank string }

// Boxes are drawn with characters for that, and ASCII without.
func Boxes() Style { return Style{"├─ ", "└─ ", "│  ", "   "} }

// ASCII is for terminals that have no other characters.
func ASCII() Style { return Style{"|- ", "`- ", "|  ", "   "} }

// StyleOf is what an environment says of its terminal: Boxes unless it is dumb, or its
// language is not in UTF-8.
func StyleOf(env func(string) string) Style {
	language := ""
	for _, name := range []string{"LANG", "LC_CTYPE", "LC_ALL"} {
		if value := env(name); value != "" {
			language = strings.ToLower(value) // the later one wins
		}
	}
	isUTF8 := strings.Contains(language, "utf-8") || strings.Contains(language, "utf8")
	if env("TERM") == "dumb" || !isUTF8 {
		return ASCII()
	}
	return Boxes()
}

// Line is a node, and what is drawn before it.
type Line struct {
	Before string
	Node   Node
}

// Draw is the tree, a line for each node. What there is beside the children is a line of
// its own, whose Node has a message alone.
func Draw(root Node, s Style) []Line {
	lines := []Line{{Node: root}}
	for _, child := range below(root) {
		lines = append(lines, child.draw(s)...)
	}
	return lines
}

// hanging is a node below another.
type hanging struct {
	Node
	before string
	last   bool
}

func below(n Node) []hanging {
	var all []hanging
	for _, child := range n.Children {
		all = append(all, hanging{Node: child})
	}
	if n.More > 0 {
		all = append(all, hanging{Node: Node{More: n.More}})
	}
	if len(all) > 0 {
		all[len(all)-1].last = true
	}
	return all
}

func (h hanging) draw(s Style) []Line {
	branch, under := s.tee, s.bar
	if h.last {
		branch, under = s.elbow, s.blank
	}
	lines := []Line{{h.before + branch, h.Node}}
	if h.Kind == "" {
		return lines // it says how many more there are
	}
	for _, child := range below(h.Node) {
		child.before = h.before + under
		lines = append(lines, child.draw(s)...)
	}
	return lines
}
