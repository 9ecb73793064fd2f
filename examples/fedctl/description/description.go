// Package description writes what a federated object says, for people.
package description

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// Field is a name, and lines of text.
type Field struct {
	Name  string
	Lines []string
}

// longest is how much of one value is shown.
const longest = 120

// Of are the fields of an object's metadata and spec. The error says what of its spec
// cannot be read.
func Of(object *unstructured.Unstructured) ([]Field, error) {
	spec, err := federatedkind.SpecOf(object)
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", object.GetKind(), object.GetName(), err)
	}
	fields := []Field{
		{"Name", []string{object.GetName()}},
		{"Namespace", one(object.GetNamespace())},
		{"Kind", []string{fmt.Sprintf("%s (%s)", object.GetKind(), object.GetAPIVersion())}},
		{"Generation", []string{fmt.Sprint(object.GetGeneration())}},
		{"Labels", pairs(object.GetLabels())},
		{"Annotations", pairs(object.GetAnnotations())},
		{"Placement", placement(spec.Placement)},
		{"Overrides", overrides(spec.Overrides)},
		{"Rollout", rollout(object, spec)},
	}
	if spec.RetainReplicas {
		fields = append(fields, Field{"Replicas", []string{"retained: the clusters say how many there are"}})
	}
	if at := object.GetDeletionTimestamp(); at != nil {
		fields = append(fields, Field{"Deleted", []string{fmt.Sprintf("at %s; waits for %s", at.UTC().Format("2006-01-02T15:04:05Z"), strings.Join(object.GetFinalizers(), ", "))}})
	}
	return slices.DeleteFunc(fields, func(f Field) bool { return len(f.Lines) == 0 }), nil
}

func one(line string) []string {
	if line == "" {
		return nil
	}
	return []string{line}
}

func pairs(all map[string]string) []string {
	var lines []string
	for name, value := range all {
		lines = append(lines, short(name+"="+value))
	}
	slices.Sort(lines)
	return lines
}

// placement says where the object is to be.
func placement(p federatedkind.Placement) []string {
	var lines []string
	switch {
	case p.Clusters != nil:
		names := make([]string, len(p.Clusters))
		for i, c := range p.Clusters {
			names[i] = c.Name
		}
		lines = append(lines, "clusters: "+cmp.Or(strings.Join(names, ", "), "none"))
	case p.ClusterSelector != nil:
		lines = append(lines, "clusters with the labels: "+selected(p.ClusterSelector))
	default:
		lines = append(lines, "no cluster: spec.placement says none")
	}
	for _, t := range p.Tolerations {
		lines = append(lines, "tolerates "+strings.TrimSuffix(t.Key+"="+t.Value, "=")+":"+string(t.Effect))
	}
	return lines
}

func selected(s *metav1.LabelSelector) string {
	if text := metav1.FormatLabelSelector(s); text != "<none>" {
		return text
	}
	return "any"
}

func overrides(all []federatedkind.Override) []string {
	var lines []string
	for _, o := range all {
		for _, c := range o.ClusterOverrides {
			value := ""
			if c.Value != nil {
				value = " = " + compact(c.Value)
			}
			lines = append(lines, short(fmt.Sprintf("%s: %s %s%s", o.ClusterName, cmp.Or(c.Op, "replace"), c.Path, value)))
		}
	}
	return lines
}

// rollout is how a change goes from cluster to cluster.
func rollout(object *unstructured.Unstructured, spec federatedkind.Spec) []string {
	if spec.Rollout == nil {
		return one(short(strings.TrimSpace(object.GetAnnotations()[federatedkind.RolloutAnnotation])))
	}
	return one(compact(spec.Rollout))
}

func compact(value any) string {
	body, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(body)
}

func short(line string) string {
	line = strings.ReplaceAll(line, "\n", " ")
	if runes := []rune(line); len(runes) > longest {
		return string(runes[:longest]) + "..."
	}
	return line
}

// Text writes fields below each other, values in one column.
func Text(fields []Field) string {
	width := 0
	for _, f := range fields {
		width = max(width, len(f.Name)+1)
	}
	var out strings.Builder
	for _, f := range fields {
		name := f.Name + ":"
		for _, line := range f.Lines {
			fmt.Fprintf(&out, "%-*s  %s\n", width, name, line)
			name = ""
		}
	}
	return out.String()
}

// Section writes a table under its title; otherwise is said in the place of one without
// rows.
func Section(title string, table *cli.Table, otherwise string) (string, error) {
	if len(table.Rows) == 0 {
		return fmt.Sprintf("%s: %s\n", title, otherwise), nil
	}
	var rows bytes.Buffer
	if err := (&cli.Output{}).Print(&rows, cli.Result{Table: table}); err != nil {
		return "", err
	}
	var out strings.Builder
	out.WriteString(title + ":\n")
	for line := range strings.Lines(rows.String()) {
		out.WriteString("  " + strings.TrimRight(line, " \n") + "\n")
	}
	return out.String(), nil
}
