package main

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/examples/controller/sample"
)

// change merges a piece of JSON into the federated object of a row's object.
func (d *demo) change(ctx context.Context, r resource, name, patch string) error {
	return d.merge(ctx, federated(r), name, patch)
}

func (d *demo) claimSample(ctx context.Context) error {
	began := time.Now()
	if err := d.awaitRows(ctx, "copies", copies()); err != nil {
		return err
	}
	took := time.Since(began)
	if err := d.awaitReady(ctx, copies()); err != nil {
		return err
	}
	d.table(ctx, copies())
	d.proved("all copies are where they should be and nowhere else; pods ready, job done; %.1fs", took.Seconds())
	d.proved("each declaration on the host says Ready for its newest generation")
	return nil
}

func (d *demo) claimOverrides(ctx context.Context) error {
	if err := d.awaitRows(ctx, "overrides", differences()); err != nil {
		return err
	}
	d.differing(ctx, differences())
	d.proved("each member has its own values, and the template's elsewhere")
	return nil
}

// The changes while member2 is away.
const (
	newGreeting = `{"spec":{"template":{"data":{"greeting":"Hello"}}}}`
	greeting    = "{.data.greeting}"
)

// breakMember freezes a member's API server, and changes a template at once,
// before anybody can have noticed.
func (d *demo) breakMember(ctx context.Context) error {
	if err := d.sandbox(ctx, "pause", "member2"); err != nil {
		return err
	}
	r := row{configMaps(), "settings", greeting, []string{"Hello", "Welcome", "Hello"}}
	took, err := d.arrival(ctx, r, "Hello", func() error {
		return d.change(ctx, r.resource, r.name, newGreeting)
	}, d.members[0], d.members[2])
	if err != nil {
		return err
	}
	d.proved("the others carry on: a change of the template was in member1 after %d ms, in member3 after %d ms",
		took[0].Milliseconds(), took[1].Milliseconds())
	return nil
}

func (d *demo) claimOthersCarryOn(ctx context.Context) error {
	want := []string{"", "ClusterNotReady", ""}
	messages, err := d.awaitStates(ctx, row{configMaps(), "settings", greeting, want})
	if err != nil {
		return err
	}
	d.proved("status says so: member2 is ClusterNotReady: %s", messages[1])
	return nil
}

// mendMember lets the API server go on.
func (d *demo) mendMember(ctx context.Context) error {
	r := row{configMaps(), "settings", greeting, nil}
	took, err := d.arrival(ctx, r, "Hello", func() error { return d.sandbox(ctx, "continue", "member2") }, d.members[1])
	if err != nil {
		return err
	}
	d.proved("the change that member2 had missed was there after %d ms", took[0].Milliseconds())
	return nil
}

func (d *demo) claimConverged(ctx context.Context) error {
	if err := d.awaitReady(ctx, copies()); err != nil {
		return err
	}
	if err := d.awaitRows(ctx, "copies", copies()); err != nil {
		return err
	}
	d.proved("all copies are as they should be again, and status says so")
	return nil
}

// moved are the copies that a change of placement concerns.
func moved() []row {
	return []row{
		{promotions(), "spring", "{.spec.percent}", []string{absent, "10", "25"}},
		{ingresses(), "web", "{.spec.rules[0].host}", []string{absent, "us.shop.example.com", "shop.example.com"}},
	}
}

// untouched are the copies that it does not concern.
func untouched() []row {
	var rows []row
	for _, r := range copies() {
		if r.Resource != "promotions" && r.Resource != "ingresses" {
			rows = append(rows, row{r.resource, r.name, "{.metadata.uid} {.metadata.generation}", nil})
		}
	}
	return rows
}

func (d *demo) move(ctx context.Context) error {
	before := d.look(ctx, untouched())
	began := time.Now()
	for _, r := range moved() {
		patch := `{"spec":{"placement":{"clusters":[{"name":"member2"},{"name":"member3"}]}}}`
		if err := d.change(ctx, r.resource, r.name, patch); err != nil {
			return err
		}
	}
	if err := d.awaitRows(ctx, "moved copies", moved()); err != nil {
		return err
	}
	d.proved("copies came and went in %d ms", time.Since(began).Milliseconds())
	rows := untouched()
	for i := range rows {
		rows[i].want = before[i]
	}
	if err := d.awaitRows(ctx, "other copies", rows); err != nil {
		return err
	}
	d.proved("no other copy was touched: same UIDs, same generations")
	return nil
}

func (d *demo) claimMoved(ctx context.Context) error {
	if err := d.awaitReady(ctx, moved()); err != nil {
		return err
	}
	d.table(ctx, moved())
	return nil
}

// claimNothingLeft looks for copies by label, whatever their name.
func (d *demo) claimNothingLeft(ctx context.Context) error {
	began := time.Now()
	err := d.await(ctx, "copies to go", func(ctx context.Context) (problems []string) {
		for _, r := range copies() {
			for _, m := range d.members {
				problems = append(problems, left(ctx, m, r.resource, metav1.ListOptions{LabelSelector: "kubefed.io/managed"})...)
			}
			problems = append(problems, left(ctx, d.host, federated(r.resource), metav1.ListOptions{})...)
		}
		only := metav1.ListOptions{FieldSelector: "metadata.name=" + sample.Namespace}
		for _, c := range append([]cluster{d.host}, d.members...) {
			problems = append(problems, left(ctx, c, namespaces(), only)...)
		}
		return problems
	})
	if err != nil {
		return err
	}
	d.proved("nothing is left: no copy and no namespace in any member, no declaration on the host; %.1fs", time.Since(began).Seconds())
	return nil
}
