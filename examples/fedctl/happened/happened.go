// Package happened puts the events of many clusters into one order.
package happened

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

// Host is what the host is called in the place of a cluster's name, which never has
// brackets.
const Host = "(host)"

// Event is an event in a cluster.
type Event struct {
	Cluster string // Host, or a member
	corev1.Event
	// Object is the same as the cluster has it.
	Object *unstructured.Unstructured
}

// Of reads an event.
func Of(cluster string, object *unstructured.Unstructured) (Event, error) {
	e := Event{Cluster: cluster, Object: object}
	err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &e.Event)
	if err != nil {
		return Event{}, fmt.Errorf("event %s/%s: %w", object.GetNamespace(), object.GetName(), err)
	}
	return e, nil
}

// Last is when it happened last; zero when nobody says.
func (e Event) Last() metav1.Time {
	last := e.LastTimestamp.Time
	for _, t := range []time.Time{e.EventTime.Time, e.FirstTimestamp.Time} {
		if last.IsZero() {
			last = t
		}
	}
	if e.Series != nil && e.Series.LastObservedTime.After(last) {
		last = e.Series.LastObservedTime.Time
	}
	return metav1.NewTime(last)
}

// Times is how often it happened.
func (e Event) Times() int32 {
	times := e.Count
	if e.Series != nil {
		times = e.Series.Count
	}
	return max(1, times)
}

// Sort orders events by when they happened last, and those of one moment by cluster and
// name.
func Sort(events []Event) {
	slices.SortStableFunc(events, func(a, b Event) int {
		return cmp.Or(a.Last().Compare(b.Last().Time), cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Name, b.Name))
	})
}

// Columns says which columns a table of events has.
type Columns struct{ Namespaces bool }

// Table shows events in their order.
func Table(events []Event, c Columns, now time.Time) *cli.Table {
	names := []string{"LAST SEEN", "CLUSTER", "TYPE", "REASON", "OBJECT", "MESSAGE", "|", "TIMES", "SOURCE"}
	if c.Namespaces {
		names = slices.Insert(names, 2, "NAMESPACE")
	}
	table := &cli.Table{Columns: cli.Columns(names...), Empty: "no events"}
	for _, e := range events {
		row := []string{cli.Age(e.Last(), now), e.Cluster, e.Type, e.Reason, e.InvolvedObject.Kind + "/" + e.InvolvedObject.Name,
			strings.TrimSpace(strings.ReplaceAll(e.Message, "\n", " ")), fmt.Sprint(e.Times()), cmp.Or(e.Source.Component, e.ReportingController)}
		if c.Namespaces {
			row = slices.Insert(row, 2, e.Namespace)
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}
