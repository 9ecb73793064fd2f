package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/jsonpath"
)

const (
	fieldManager = "demo"
	patience     = 60 * time.Second      // with one claim
	checkPeriod  = 20 * time.Millisecond // between two looks
	sayPeriod    = 5 * time.Second       // between two lines while waiting
	absent       = "-"                   // there is no such object in the cluster
	unset        = "(none)"              // there is, but without that field
)

// resource is a type of object, in a namespace when that is not empty.
type resource struct {
	schema.GroupVersionResource
	namespace string
}

func (r resource) in(c cluster) dynamic.ResourceInterface {
	if r.namespace == "" {
		return c.client.Resource(r.GroupVersionResource)
	}
	return c.client.Resource(r.GroupVersionResource).Namespace(r.namespace)
}

// row is what should be seen of one object in each of the members.
type row struct {
	resource
	name     string
	template string   // a JSONPath template
	want     []string // for each member; absent where it should not be
}

// title is for people: "deployments web".
func (r row) title() string { return r.Resource + " " + r.name }

// see reads the object from the cluster's API server.
func (r row) see(ctx context.Context, c cluster) string {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	object, err := r.in(c).Get(ctx, r.name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return absent
	}
	if err != nil {
		return err.Error()
	}
	return r.read(object)
}

// read is what the template makes of the object.
func (r row) read(object *unstructured.Unstructured) string {
	path := jsonpath.New(r.name).AllowMissingKeys(true)
	var text bytes.Buffer
	if err := path.Parse(r.template); err != nil {
		return err.Error()
	}
	if err := path.Execute(&text, object.Object); err != nil {
		return err.Error()
	}
	if text.Len() == 0 {
		return unset
	}
	return text.String()
}

// look reads all rows from all members at a time.
func (d *demo) look(ctx context.Context, rows []row) [][]string {
	seen := make([][]string, len(rows))
	var all sync.WaitGroup
	for i, r := range rows {
		seen[i] = make([]string, len(d.members))
		for j, m := range d.members {
			all.Go(func() { seen[i][j] = r.see(ctx, m) })
		}
	}
	all.Wait()
	return seen
}

// awaitRows waits until the members hold what the rows say.
func (d *demo) awaitRows(ctx context.Context, what string, rows []row) error {
	return d.await(ctx, what, func(ctx context.Context) (problems []string) {
		for i, cells := range d.look(ctx, rows) {
			for j, seen := range cells {
				if want := rows[i].want[j]; seen != want {
					problems = append(problems, fmt.Sprintf("%s in %s: expected %q, saw %q", rows[i].title(), d.members[j].name, want, seen))
				}
			}
		}
		return problems
	})
}

// await looks again and again until there are no problems, and says how far it
// is. The error has what was expected and what was seen.
func (d *demo) await(ctx context.Context, what string, problems func(context.Context) []string) error {
	deadline, said := time.Now().Add(patience), time.Now()
	for {
		left := problems(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if len(left) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: after %s, %d things are not so:\n  %s", what, patience, len(left), strings.Join(left, "\n  "))
		}
		if time.Since(said) > sayPeriod {
			said = time.Now()
			d.say("waiting for %s: %d to come, such as: %s", what, len(left), left[0])
		}
		select {
		case <-ctx.Done():
		case <-time.After(checkPeriod):
		}
	}
}

// table prints where the copies are, and how they fare.
func (d *demo) table(ctx context.Context, rows []row) {
	d.print(ctx, "COPY", rows, row.title)
}

// differing prints what differs from member to member.
func (d *demo) differing(ctx context.Context, rows []row) {
	d.print(ctx, "COPY\tFIELD", rows, func(r row) string {
		field := r.template[strings.LastIndex(r.template, ".")+1:]
		return r.title() + "\t" + strings.TrimSuffix(field, "}")
	})
}

// print reads the members once more, and prints a line for each row.
func (d *demo) print(ctx context.Context, heading string, rows []row, label func(row) string) {
	w := tabwriter.NewWriter(d.out, 0, 0, 3, ' ', 0)
	fmt.Fprintf(w, "\n  %s\t%s\n", heading, strings.ToUpper(strings.Join(d.memberNames(), "\t")))
	for i, cells := range d.look(ctx, rows) {
		fmt.Fprintf(w, "  %s\t%s\n", label(rows[i]), strings.Join(cells, "\t"))
	}
	_ = w.Flush() // to where all else goes
	fmt.Fprintln(d.out)
}
