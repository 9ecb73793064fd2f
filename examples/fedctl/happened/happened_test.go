package happened_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/happened"
)

func event(t *testing.T, cluster, name string, fields map[string]any) happened.Event {
	t.Helper()
	fields["metadata"] = map[string]any{"name": name, "namespace": "shop"}
	fields["involvedObject"] = map[string]any{"kind": "Pod", "name": name}
	e, err := happened.Of(cluster, &unstructured.Unstructured{Object: fields})
	require.NoError(t, err)
	return e
}

func TestEventsOfAllClustersAreInTheOrderOfTheirTimes(t *testing.T) {
	events := []happened.Event{
		event(t, "madrid", "old style", map[string]any{"type": "Normal", "lastTimestamp": "2026-01-01T10:00:03Z", "firstTimestamp": "2026-01-01T09:00:00Z", "count": int64(4)}),
		event(t, "berlin", "new style", map[string]any{"type": "Warning", "reason": "Bad", "message": "two\nlines\n", "eventTime": "2026-01-01T10:00:01.000000Z"}),
		event(t, happened.Host, "series", map[string]any{"eventTime": "2026-01-01T10:00:00.000000Z",
			"series": map[string]any{"count": int64(7), "lastObservedTime": "2026-01-01T10:00:02.000000Z"}}),
		event(t, "aachen", "no time", map[string]any{}),
	}
	happened.Sort(events)
	table := happened.Table(events, happened.Columns{Namespaces: true}, time.Date(2026, 1, 1, 10, 0, 5, 0, time.UTC))
	require.Equal(t, [][]string{
		{"<unknown>", "aachen", "shop", "", "", "Pod/no time", "", "1", ""},
		{"4s", "berlin", "shop", "Warning", "Bad", "Pod/new style", "two lines", "1", ""},
		{"3s", "(host)", "shop", "", "", "Pod/series", "", "7", ""},
		{"2s", "madrid", "shop", "Normal", "", "Pod/old style", "", "4", ""},
	}, table.Rows)
	require.Equal(t, "OBJECT", happened.Table(nil, happened.Columns{}, time.Time{}).Columns[4].Name)
}
