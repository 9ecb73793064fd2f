package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/printers"
)

// Version is the apiVersion of what verbs print of their own, with -o json and -o
// yaml: fields are added within it, and none changes its meaning.
const Version = "fedctl.fedrail.io/v1alpha1"

// Formats of -o.
const (
	FormatTable = "table"
	FormatWide  = "wide"
)

// Output is the flag -o of a verb.
type Output struct {
	format    string
	noHeaders bool
	machine   *genericclioptions.PrintFlags
}

// AddTo adds -o to a command, with the flags that go with it.
func (o *Output) AddTo(c *cobra.Command) {
	o.machine = genericclioptions.NewPrintFlags("")
	o.format, o.machine.OutputFormat = FormatTable, &o.format
	c.Flags().StringVarP(&o.format, "output", "o", FormatTable, "table, wide, "+strings.Join(o.machine.AllowedFormats(), ", "))
	c.Flags().BoolVar(&o.noHeaders, "no-headers", false, "leave out the names of columns")
	o.machine.JSONYamlPrintFlags.AddFlags(c)
	o.machine.TemplatePrinterFlags.AddFlags(c)
	Complete(c, "output", func(string) []string { return append(o.machine.AllowedFormats(), FormatTable, FormatWide) })
}

// Format is what was asked for.
func (o *Output) Format() string { return o.format }

// IsForPeople says whether a table is asked for.
func (o *Output) IsForPeople() bool {
	return o.format == FormatTable || o.format == FormatWide || o.format == ""
}

// Validate says what is wrong with the format, before anything is done.
func (o *Output) Validate() error {
	if o.IsForPeople() {
		return nil
	}
	if _, err := o.machine.ToPrinter(); err != nil {
		return fmt.Errorf("-o %s: want one of table, wide, %s", o.format, strings.Join(o.machine.AllowedFormats(), ", "))
	}
	return nil
}

// Result is what a verb has to show.
type Result struct {
	// Object is for machines: an object or a list of objects of Kubernetes, or a
	// struct with apiVersion and kind that is encoded as JSON.
	Object any
	// Table is for people; where it is nil they get the object as YAML.
	Table *Table
}

// Print shows a result as the flag says.
func (o *Output) Print(w io.Writer, r Result) error {
	if o.IsForPeople() && r.Table != nil {
		return r.Table.print(w, printers.PrintOptions{Wide: o.format == FormatWide, NoHeaders: o.noHeaders})
	}
	object, err := asObject(r.Object)
	if err != nil {
		return err
	}
	if o.IsForPeople() {
		return (&printers.YAMLPrinter{}).PrintObj(object, w)
	}
	printer, err := o.machine.ToPrinter()
	if err != nil {
		return err
	}
	return printer.PrintObj(object, w)
}

// asObject is a value as the printers want it.
func asObject(value any) (runtime.Object, error) {
	if object, is := value.(runtime.Object); is {
		return object, nil
	}
	body, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	object := &unstructured.Unstructured{}
	return object, object.UnmarshalJSON(body)
}

// Print shows a result on Out.
func (s *Session) Print(o *Output, r Result) error {
	if r.Table != nil && len(r.Table.Rows) == 0 && o.IsForPeople() && r.Table.Empty != "" {
		s.Tell("%s", r.Table.Empty)
		return nil
	}
	return o.Print(s.Out, r)
}
