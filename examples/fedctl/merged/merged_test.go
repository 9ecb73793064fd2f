package merged_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/merged"
)

func TestClustersThatPrintOtherColumnsAreInOneTable(t *testing.T) {
	copied := runtime.RawExtension{Raw: []byte(`{"metadata":{"namespace":"shop","labels":{"kubefed.io/managed":"true"},"annotations":{"fedrail.io/origin":"parent/hash"}}}`)}
	parts := []merged.Part{
		{Cluster: "berlin", Table: &metav1.Table{
			ColumnDefinitions: []metav1.TableColumnDefinition{{Name: "Name"}, {Name: "Age"}},
			Rows:              []metav1.TableRow{{Cells: []any{"web", "3d"}, Object: copied}},
		}},
		{Cluster: "madrid", Table: &metav1.Table{
			ColumnDefinitions: []metav1.TableColumnDefinition{{Name: "Name"}, {Name: "Ready", Priority: 1}, {Name: "Age"}},
			Rows:              []metav1.TableRow{{Cells: []any{"web", int64(2), "4d"}}},
		}},
	}
	require.Equal(t, &cli.Table{
		Columns: []cli.Column{{Name: "CLUSTER"}, {Name: "NAMESPACE"}, {Name: "NAME"}, {Name: "AGE"}, {Name: "READY", Wide: true}, {Name: "MANAGED"}},
		Rows: [][]string{
			{"berlin", "shop", "web", "3d", "<none>", "Y"},
			{"madrid", "", "web", "4d", "2", "N"},
		},
	}, merged.Merge(parts, merged.Options{Namespaces: true}))
}

func TestNothingIsATableWithoutRows(t *testing.T) {
	require.Equal(t, &cli.Table{Columns: cli.Columns("CLUSTER", "MANAGED")}, merged.Merge(nil, merged.Options{}))
}
