package main

import (
	"context"
	"errors"
	"time"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// changePeriod is how long an object is left alone after it was changed.
const changePeriod = 5 * time.Second

// change measures how soon a change of a template is in all members.
func (b bench) change(ctx context.Context) error {
	return b.onSite(ctx, b.changeMembers, site.change)
}

func (s site) change(ctx context.Context) error {
	d := declarationsOf(s.host, controlled(), s.changeRate*int(changePeriod/time.Second))
	s.say("declaring %d objects for %d members", len(d.names), len(s.ground.members))
	if err := d.declare(ctx, creating); err != nil {
		return err
	}
	if err := s.process.turn(ctx, configMaps().Resource, corev1beta1.Enabled); err != nil {
		return err
	}
	watcher, err := watchHost(ctx, s.ground.host.Config(), d, creating)
	if err != nil {
		return err
	}
	defer watcher.close()
	if _, err := watcher.wait(ctx); err != nil {
		return err
	}
	s.say("changing %d a second for %v", s.changeRate, s.changeTime)
	stream := changes{
		declarations: d, every: time.Second / time.Duration(s.changeRate),
		total: int(s.changeTime.Seconds() * float64(s.changeRate)), members: s.ground.members,
	}
	found, err := stream.run(ctx, s.progress)
	if err != nil {
		return err
	}
	return errors.Join(
		s.print("change_p50", milliseconds(percentile(found.took, 50)), "ms"),
		s.print("change_p99", milliseconds(percentile(found.took, 99)), "ms"),
		s.print("change_rate", found.rate, "changes/s"),
		s.print("change_members", float64(len(s.ground.members)), "members"))
}
