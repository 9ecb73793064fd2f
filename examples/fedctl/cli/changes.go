package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/fedrail/fedrail/federation/setup"
)

// Changes shows what a verb writes: a line for each object or, with -o, the objects
// themselves, so that others may apply them.
type Changes struct {
	DryRun  DryRun
	output  string
	session *Session
	objects []*unstructured.Unstructured
	failed  error // of printing
}

// AddTo adds --dry-run and -o to a command.
func (c *Changes) AddTo(command *cobra.Command, s *Session) {
	c.session = s
	c.DryRun.AddTo(command.Flags())
	command.Flags().StringVarP(&c.output, "output", "o", "", "yaml or json prints the objects that are written, name their names; empty tells what was done")
	Complete(command, "output", func(string) []string { return []string{"yaml", "json", "name"} })
}

// Shows says whether the objects themselves are asked for.
func (c *Changes) Shows() bool { return c.output != "" }

// On has a host tell this of what it writes, and write as the flags say.
func (c *Changes) On(h setup.Host) setup.Host {
	h.Writing, h.Told = c.DryRun.Writing(), c.Tell
	return h
}

// Tell takes a change, and says so when that is what the flags ask for.
func (c *Changes) Tell(change setup.Change) {
	c.objects = append(c.objects, change.Object)
	if c.output == "" && c.failed == nil {
		c.failed = c.session.Say("%s", c.line(change))
	}
}

// line is as those of kubectl and kubefedctl.
func (c *Changes) line(change setup.Change) string {
	words := []string{NameOf(change.Object), string(change.Done)}
	if change.Done == setup.Unknown {
		words[1] = "created or changed"
	}
	if change.Cluster != "" {
		words = append(words, "in cluster "+change.Cluster)
	}
	return strings.Join(words, " ") + c.DryRun.Note()
}

// NameOf names an object as kubectl does: kind, group and name.
func NameOf(o *unstructured.Unstructured) string {
	kind := o.GroupVersionKind().GroupKind()
	return strings.ToLower(kind.String()) + "/" + o.GetName()
}

// End prints what is left to print. It is called when all is written.
func (c *Changes) End() error {
	switch {
	case c.failed != nil || c.output == "":
		return c.failed
	case c.output == "json":
		list := &unstructured.UnstructuredList{Object: map[string]any{"apiVersion": "v1", "kind": "List"}}
		for _, o := range c.objects {
			list.Items = append(list.Items, *o)
		}
		return (&printers.JSONPrinter{}).PrintObj(list, c.session.Out)
	}
	documents := &printers.YAMLPrinter{}
	for _, o := range c.objects {
		if c.output == "name" {
			if err := c.session.Say("%s", NameOf(o)); err != nil {
				return err
			}
			continue
		}
		if err := documents.PrintObj(o, c.session.Out); err != nil {
			return err
		}
	}
	return nil
}

// Validate says what is wrong with -o.
func (c *Changes) Validate() error {
	switch c.output {
	case "", "yaml", "json", "name":
		return nil
	}
	return fmt.Errorf("-o %s: want yaml, json or name", c.output)
}
