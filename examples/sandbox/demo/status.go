package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// declaration reads the federated object of a row's object, and its status.
func (d *demo) declaration(ctx context.Context, r row) (*unstructured.Unstructured, federatedkind.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	object, err := federated(r.resource).in(d.host).Get(ctx, r.name, metav1.GetOptions{})
	if err != nil {
		return nil, federatedkind.Status{}, err
	}
	status, err := federatedkind.StatusOf(object)
	return object, status, err
}

// awaitReady waits until the declarations of the rows' objects say that all is
// well, for the generation that they have now.
func (d *demo) awaitReady(ctx context.Context, rows []row) error {
	return d.await(ctx, "status", func(ctx context.Context) (problems []string) {
		for _, r := range rows {
			object, status, err := d.declaration(ctx, r)
			switch {
			case err != nil:
				problems = append(problems, fmt.Sprintf("federated %s: %v", r.title(), err))
			case status.ObservedGeneration != object.GetGeneration() || !ready(status):
				problems = append(problems, fmt.Sprintf("federated %s: expected Ready for generation %d, saw, for generation %d, %s",
					r.title(), object.GetGeneration(), status.ObservedGeneration, describe(status)))
			}
		}
		return problems
	})
}

func ready(status federatedkind.Status) bool {
	return slices.ContainsFunc(status.Conditions, func(c federatedkind.Condition) bool {
		return c.Type == "Ready" && c.Status == metav1.ConditionTrue
	})
}

// describe puts a status into a few words.
func describe(status federatedkind.Status) string {
	var words []string
	for _, c := range status.Clusters {
		words = append(words, fmt.Sprintf("%s %s", c.Name, cmp.Or(c.Status, "OK")))
	}
	for _, c := range status.Conditions {
		words = append(words, fmt.Sprintf("%s=%s", c.Type, c.Status))
	}
	return cmp.Or(strings.Join(words, ", "), "no status")
}

// awaitStates waits until the declaration says of each member what the row wants,
// and returns its messages.
func (d *demo) awaitStates(ctx context.Context, r row) (messages []string, err error) {
	err = d.await(ctx, "status", func(ctx context.Context) (problems []string) {
		_, status, err := d.declaration(ctx, r)
		if err != nil {
			return []string{err.Error()}
		}
		messages = make([]string, len(d.members))
		for i, m := range d.members {
			at := slices.IndexFunc(status.Clusters, func(c federatedkind.ClusterStatus) bool { return c.Name == m.name })
			if at < 0 || status.Clusters[at].Status != r.want[i] || (r.want[i] != "" && status.Clusters[at].Message == "") {
				problems = append(problems, fmt.Sprintf("federated %s: expected %q with a message for %s, saw %s", r.title(), r.want[i], m.name, describe(status)))
				continue
			}
			messages[i] = status.Clusters[at].Message
		}
		return problems
	})
	return messages, err
}

// arrival is how long after a change each cluster has what is wanted. It watches,
// so that the numbers are not those of a poll.
func (d *demo) arrival(ctx context.Context, r row, want string, change func() error, clusters ...cluster) ([]time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	times, errs := make([]time.Time, len(clusters)), make([]error, len(clusters))
	var watching sync.WaitGroup
	for i, c := range clusters {
		watching.Go(func() { times[i], errs[i] = r.awaitEvent(ctx, c, want) })
	}
	began := time.Now()
	if err := change(); err != nil {
		cancel()
		watching.Wait()
		return nil, err
	}
	watching.Wait()
	took := make([]time.Duration, len(clusters))
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("%s in %s: expected %q: %w", r.title(), clusters[i].name, want, err)
		}
		took[i] = times[i].Sub(began)
	}
	return took, nil
}

// awaitEvent is when the cluster told that the object is as wanted.
func (r row) awaitEvent(ctx context.Context, c cluster, want string) (time.Time, error) {
	for ctx.Err() == nil {
		w, err := r.in(c).Watch(ctx, metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("metadata.name", r.name).String()})
		if err != nil {
			return time.Time{}, err
		}
		for event := range w.ResultChan() {
			if object, ok := event.Object.(*unstructured.Unstructured); ok && r.read(object) == want {
				w.Stop()
				return time.Now(), nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("it was not seen: %w", ctx.Err())
}

// left lists what is still there of a type, for people.
func left(ctx context.Context, c cluster, r resource, options metav1.ListOptions) []string {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	list, err := r.in(c).List(ctx, options)
	if apierrors.IsNotFound(err) {
		return nil // the kind itself is gone
	}
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", c.name, err)}
	}
	problems := make([]string, len(list.Items))
	for i := range list.Items {
		problems[i] = fmt.Sprintf("%s: expected no %s, saw %s", c.name, r.Resource, list.Items[i].GetName())
	}
	return problems
}
