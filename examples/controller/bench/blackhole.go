package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/metadata"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane"
)

const (
	// singles are how many objects are created with the black hole, and how many
	// without.
	singles = 200
	// arrivalPatience is how long one object may take.
	arrivalPatience = 2 * time.Minute
)

// blackholeMembers are how many members there are then, that one included.
const blackholeMembers = 3

// blackhole measures what a member that does not answer costs the others.
func (b bench) blackhole(ctx context.Context) error {
	return b.onSite(ctx, blackholeMembers, site.blackhole)
}

// blackhole prints the difference between two distributions, with a member that
// does not answer and without.
func (s site) blackhole(ctx context.Context) error {
	d := declarationsOf(s.host, controlled(), 2*singles)
	members := s.ground.members
	h := &hole{declarations: d, victim: members[len(members)-1], others: members[:len(members)-1]}
	s.say("creating %d objects, one after the other, half of them while %s does not answer", len(d.names), h.victim.Cluster())
	if err := s.process.turn(ctx, configMaps().Resource, corev1beta1.Enabled); err != nil {
		return err
	}
	s.during("creating objects one after the other", nil)
	found, err := h.run(ctx)
	if err != nil {
		return err
	}
	s.say("%s answers again; waiting until it holds all", h.victim.Cluster())
	watcher, err := watchHost(ctx, s.ground.host.Config(), d, creating)
	if err != nil {
		return err
	}
	defer watcher.close()
	if _, err := watcher.wait(ctx); err != nil {
		return err
	}
	if err := (checker{members}).check(ctx, d, creating); err != nil {
		return err
	}
	var errs []error
	for _, p := range []float64{50, 99} {
		without, with := percentile(found.without, p), percentile(found.with, p)
		errs = append(errs,
			s.print(fmt.Sprintf("blackhole_without_p%.0f", p), milliseconds(without), "ms"),
			s.print(fmt.Sprintf("blackhole_with_p%.0f", p), milliseconds(with), "ms"),
			s.print(fmt.Sprintf("blackhole_added_p%.0f", p), milliseconds(with-without), "ms"))
	}
	return errors.Join(errs...)
}

// hole creates objects one after the other, each when the one before has arrived
// in the members that work, and takes the time of each. One member is frozen
// meanwhile: its connections stay open, it accepts new ones, and answers nothing.
// The time is taken from the moment at which it begins, when nobody can know yet.
type hole struct {
	declarations
	victim   *controlplane.Server
	others   []*controlplane.Server
	arrivals chan arrival
}

// arrival is an object that was seen in a member.
type arrival struct {
	name string
	at   time.Time
}

// delays are how long objects took.
type delays struct{ without, with []time.Duration }

// run leaves all objects in all members.
func (h *hole) run(ctx context.Context) (delays, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	h.arrivals = make(chan arrival, 2*singles*len(h.others))
	for _, m := range h.others {
		if err := h.follow(ctx, m); err != nil {
			return delays{}, fmt.Errorf("watch %s: %w", m.Cluster(), err)
		}
	}
	// Half of those without come first and half come last, so that what slowly
	// changes on the machine is in both.
	var d delays
	early, late := h.names[:singles/2], h.names[singles/2+singles:]
	if err := h.each(ctx, early, &d.without); err != nil {
		return d, err
	}
	if err := h.frozen(ctx, h.names[singles/2:singles/2+singles], &d.with); err != nil {
		return d, err
	}
	return d, h.each(ctx, late, &d.without)
}

// frozen measures while the victim is frozen.
func (h *hole) frozen(ctx context.Context, names []string, into *[]time.Duration) error {
	if err := h.victim.Pause(); err != nil {
		return err
	}
	err := h.each(ctx, names, into)
	if err := h.victim.Continue(); err != nil {
		return err
	}
	return err
}

func (h *hole) each(ctx context.Context, names []string, into *[]time.Duration) error {
	for _, name := range names {
		took, err := h.one(ctx, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		*into = append(*into, took)
	}
	return nil
}

// one creates an object and waits until all others have it.
func (h *hole) one(ctx context.Context, name string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, arrivalPatience)
	defer cancel()
	began, last := time.Now(), time.Time{}
	if err := h.create(ctx, name); err != nil {
		return 0, err
	}
	for missing := len(h.others); missing > 0; {
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("%w before it was in %d of %d members", ctx.Err(), missing, len(h.others))
		case a := <-h.arrivals:
			if a.name == name {
				missing, last = missing-1, a.at
			}
		}
	}
	return last.Sub(began), nil
}

// follow tells of each object that appears in a member, until ctx ends.
func (h *hole) follow(ctx context.Context, m *controlplane.Server) error {
	client, err := metadata.NewForConfig(m.Config())
	if err != nil {
		return err
	}
	events, err := client.Resource(configMaps().GroupVersionResource()).Namespace(h.namespace).Watch(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	go func() {
		defer events.Stop()
		for e := range events.ResultChan() {
			if o, ok := e.Object.(metav1.Object); ok && e.Type == watch.Added {
				h.arrivals <- arrival{name: o.GetName(), at: time.Now()}
			}
		}
	}()
	return nil
}
