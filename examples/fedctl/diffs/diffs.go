// Package diffs shows how objects in clusters would change, as a unified diff or by a
// program of the user's own.
package diffs

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/propagation/push"
)

// Change is one object in one cluster. It must not be changed.
type Change struct {
	// Name is where and what: berlin/deployments.apps/shop/web.
	Name string
	// Before is what is there, and After what would be; nil is nothing.
	Before, After *unstructured.Unstructured
}

// Secrecy says whether values of Secrets are shown.
type Secrecy string

// The kinds of Secrecy.
const (
	Mask Secrecy = ""     // a value is ***, and one that changes says so
	Show Secrecy = "Show" // as they are
)

// Texts are what is there and what would be, as YAML, without what only an API server
// writes and what is no business of the declaration. Nothing is the empty text.
func (c Change) Texts(values Secrecy) (before, after string, err error) {
	old, now := plain(c.Before), plain(c.After)
	if values == Mask {
		mask(old, now)
	}
	if before, err = text(old); err != nil {
		return "", "", err
	}
	after, err = text(now)
	return before, after, err
}

// Unified is the change as a unified diff; empty when there is none. What is created or
// removed has /dev/null on its other side.
func (c Change) Unified(values Secrecy) (string, error) {
	before, after, err := c.Texts(values)
	if err != nil || before == after {
		return "", err
	}
	from, to := c.Name, c.Name
	if before == "" {
		from = "/dev/null"
	}
	if after == "" {
		to = "/dev/null"
	}
	return udiff.Unified(from, to, before, after), nil
}

// plain is a copy without what does not count.
func plain(o *unstructured.Unstructured) map[string]any {
	if o == nil {
		return nil
	}
	object := o.DeepCopy().Object
	delete(object, "status")
	meta, _ := object["metadata"].(map[string]any)
	for _, field := range []string{"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"} {
		delete(meta, field)
	}
	notes, _ := meta["annotations"].(map[string]any)
	for _, note := range push.Notes() {
		delete(notes, note)
	}
	if len(notes) == 0 {
		delete(meta, "annotations")
	}
	return object
}

func text(object map[string]any) (string, error) {
	if object == nil {
		return "", nil
	}
	content, err := yaml.Marshal(object)
	return string(content), err
}

// mask hides the values of Secrets, and whether they change is all that is left.
func mask(before, after map[string]any) {
	if !isSecret(before) && !isSecret(after) {
		return
	}
	for _, path := range [][]string{{"data"}, {"stringData"}} {
		maskAll(at(before, path...), at(after, path...))
	}
	const last = corev1.LastAppliedConfigAnnotation
	old, now := at(before, "metadata", "annotations"), at(after, "metadata", "annotations")
	maskOne(old, now, last)
}

func isSecret(object map[string]any) bool {
	return object["kind"] == "Secret" && object["apiVersion"] == "v1"
}

func at(object map[string]any, path ...string) map[string]any {
	for _, field := range path {
		object, _ = object[field].(map[string]any)
	}
	return object
}

func maskAll(before, after map[string]any) {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(before)), maps.Keys(after))
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		maskOne(before, after, key)
	}
}

// maskOne masks one value on both sides.
func maskOne(before, after map[string]any, key string) {
	const hidden = "***"
	old, was := before[key]
	now, is := after[key]
	mark := func(word string) string {
		if was && is && fmt.Sprint(old) != fmt.Sprint(now) {
			return hidden + " (" + word + ")"
		}
		return hidden
	}
	if was {
		before[key] = mark("before")
	}
	if is {
		after[key] = mark("after")
	}
}

// Color colours the lines of a unified diff for a terminal.
func Color(diff string) string {
	const red, green, cyan, bold, plain = "\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[1m", "\x1b[0m"
	var out strings.Builder
	for line := range strings.Lines(diff) {
		body, end := strings.CutSuffix(line, "\n")
		color := ""
		switch {
		case strings.HasPrefix(body, "--- "), strings.HasPrefix(body, "+++ "):
			color = bold
		case strings.HasPrefix(body, "@@"):
			color = cyan
		case strings.HasPrefix(body, "-"):
			color = red
		case strings.HasPrefix(body, "+"):
			color = green
		}
		if color != "" {
			body = color + body + plain
		}
		out.WriteString(body)
		if end {
			out.WriteString("\n")
		}
	}
	return out.String()
}
