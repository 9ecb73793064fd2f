package cli

import (
	"io"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/printers"
)

// Column of a Table. Those that are Wide show with -o wide alone.
type Column struct {
	Name string
	Wide bool
}

// Table is rows for people.
type Table struct {
	Columns []Column
	Rows    [][]string
	// Empty is told on ErrOut by Session.Print in the place of a table without rows.
	Empty string
}

// Columns makes columns of names; those after "|" are wide.
func Columns(names ...string) []Column {
	var columns []Column
	wide := false
	for _, name := range names {
		if name == "|" {
			wide = true
			continue
		}
		columns = append(columns, Column{Name: name, Wide: wide})
	}
	return columns
}

func (t *Table) print(w io.Writer, o printers.PrintOptions) error {
	table := &metav1.Table{}
	for _, c := range t.Columns {
		definition := metav1.TableColumnDefinition{Name: c.Name, Type: "string"}
		if c.Wide {
			definition.Priority = 1
		}
		table.ColumnDefinitions = append(table.ColumnDefinitions, definition)
	}
	for _, row := range t.Rows {
		cells := make([]any, len(row))
		for i, cell := range row {
			cells[i] = cell
		}
		table.Rows = append(table.Rows, metav1.TableRow{Cells: cells})
	}
	return printers.NewTablePrinter(o).PrintObj(table, w)
}

// Keep leaves only those columns of a table in.
func (t *Table) Keep(names ...string) {
	var keep []int
	for i, c := range t.Columns {
		if slices.Contains(names, c.Name) {
			keep = append(keep, i)
		}
	}
	t.Columns = pick(t.Columns, keep)
	for i := range t.Rows {
		t.Rows[i] = pick(t.Rows[i], keep)
	}
}

func pick[T any](all []T, at []int) []T {
	picked := make([]T, len(at))
	for i, j := range at {
		picked[i] = all[j]
	}
	return picked
}
