// Package merged makes one table of what the API servers of many clusters print.
package merged

import (
	"encoding/json"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/propagation/push"
)

// Part is what one cluster printed.
type Part struct {
	Cluster string
	Table   *metav1.Table
}

// Options say what a merged table has beside what clusters print.
type Options struct {
	// Namespaces gives it the column NAMESPACE.
	Namespaces bool
}

// Merge puts the rows of the parts below each other, in their order. The columns are
// those of all parts; a cluster that prints fewer has "<none>" in the others. The
// first is CLUSTER. MANAGED, the last of those that are not wide, is Y for copies of
// the federation and N for what is somebody else's.
func Merge(parts []Part, o Options) *cli.Table {
	columns := columnsOf(parts)
	table := &cli.Table{Columns: header(columns, o)}
	for _, p := range parts {
		table.Rows = append(table.Rows, rowsOf(p, columns, o)...)
	}
	return table
}

// column is one that a cluster printed.
type column struct {
	name string
	wide bool
}

// columnsOf are the columns of all parts. Those that a later part adds come last.
func columnsOf(parts []Part) []column {
	var columns []column
	known := map[string]bool{}
	for _, p := range parts {
		for _, d := range p.Table.ColumnDefinitions {
			if !known[d.Name] {
				known[d.Name] = true
				columns = append(columns, column{d.Name, d.Priority > 0})
			}
		}
	}
	return columns
}

func header(columns []column, o Options) []cli.Column {
	head := cli.Columns("CLUSTER")
	if o.Namespaces {
		head = append(head, cli.Column{Name: "NAMESPACE"})
	}
	for _, c := range columns {
		head = append(head, cli.Column{Name: strings.ToUpper(c.name), Wide: c.wide})
	}
	return append(head, cli.Column{Name: "MANAGED"})
}

func rowsOf(p Part, columns []column, o Options) [][]string {
	at := map[string]int{}
	for i, d := range p.Table.ColumnDefinitions {
		at[d.Name] = i
	}
	var rows [][]string
	for _, row := range p.Table.Rows {
		object := MetadataOf(row)
		cells := []string{p.Cluster}
		if o.Namespaces {
			cells = append(cells, object.Namespace)
		}
		for _, c := range columns {
			cells = append(cells, cell(row, at, c))
		}
		rows = append(rows, append(cells, managed(object)))
	}
	return rows
}

func cell(row metav1.TableRow, at map[string]int, c column) string {
	i, printed := at[c.name]
	if !printed || i >= len(row.Cells) || row.Cells[i] == nil {
		return "<none>"
	}
	return fmt.Sprint(row.Cells[i])
}

func managed(object metav1.ObjectMeta) string {
	if push.ParentOf(&object) == "" {
		return "N"
	}
	return "Y"
}

// MetadataOf is the metadata of the object that a row is of; zero where the row has
// none.
func MetadataOf(row metav1.TableRow) metav1.ObjectMeta {
	var object metav1.PartialObjectMetadata
	body := row.Object.Raw
	if row.Object.Object != nil {
		body, _ = json.Marshal(row.Object.Object) // it was made of JSON
	}
	_ = json.Unmarshal(body, &object) // what is no object has no metadata
	return object.ObjectMeta
}
