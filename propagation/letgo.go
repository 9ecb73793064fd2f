package propagation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
)

// recall learns from the Archive what earlier processes left behind.
func (c *Controller) recall(ctx context.Context) {
	if c.Archive == nil {
		return
	}
	for pause := c.Backoff; ctx.Err() == nil; pause = min(2*pause, c.MaxBackoff) {
		all, err := c.Archive.List(ctx)
		if err == nil {
			for _, r := range all {
				c.left.add(r)
				c.plans.Add(r.Key)
			}
			return
		}
		logr.FromContextOrDiscard(ctx).Info("what was left behind is not known yet, trying again later", "reason", err.Error())
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// stray is the intent that no copy be left of a declaration that is gone; false
// when no copy can be proved to be of one.
func (c *Controller) stray(key Key) (Intent, bool) {
	how, known := Removal{}, false
	if left := c.left.removals(key); len(left) > 0 {
		how, known = left[0], true
	} else if c.mayBeHeld(key) {
		how, known = c.released.removal(key)
	}
	return Intent{Key: key, Parent: how.Parent, Removal: how, Deleting: true, Held: true, stray: true}, known
}

// removals are how the copies of an intent are removed, and those of former
// declarations of that name.
func (c *Controller) removals(in Intent) []Removal {
	own := in.Removal
	own.Parent = in.Parent
	all := append([]Removal{own}, c.left.removals(in.Key)...)
	if how, known := c.released.removal(in.Key); known {
		all = append(all, how)
	}
	return all
}

// silentLocked are the clusters that a deletion waits for, when none of them
// can be reached, and how long it waits for them yet.
func (o *object) silentLocked(now time.Time, patience time.Duration) (names []federation.ClusterName, wait time.Duration) {
	for name, t := range o.tasks {
		switch {
		case t.absent:
		case t.silent.IsZero():
			return nil, 0
		default:
			names = append(names, name)
			wait = max(wait, t.silent.Add(patience).Sub(now))
		}
	}
	slices.Sort(names)
	return names, wait
}

// letGo releases a declaration although clusters that cannot be reached may
// hold copies. What it leaves behind is in the Archive before that.
func (c *Controller) letGo(ctx context.Context, d draft) error {
	remains := Remains{Key: d.intent.Key, Removal: d.intent.Removal, Clusters: d.silent}
	remains.Removal.Parent = d.intent.Parent
	if err := c.Archive.Keep(ctx, remains); err != nil {
		return fmt.Errorf("keep what %s leaves behind: %w", d.intent.Key, err)
	}
	if c.left.add(remains) {
		c.tellLeftBehind(remains, d.intent)
	}
	if err := c.release(ctx, d.intent); err != nil {
		return err
	}
	c.plans.Add(d.intent.Key) // what is left behind has to be removed
	return nil
}

func (c *Controller) tellLeftBehind(r Remains, in Intent) {
	recorder, ok := c.Ledger.(Recorder)
	if !ok {
		return
	}
	recorder.Record(in, Event{Type: corev1.EventTypeWarning, Reason: "LeftBehind", Message: fmt.Sprintf(
		"it goes although %s could not be reached for %s; copies that are left there are removed when they can be reached again",
		listed(r.Clusters), c.LetGoAfter)})
}

// release lets a declaration go and forgets it.
func (c *Controller) release(ctx context.Context, in Intent) error {
	ctx, span := c.begin(ctx, Step{Work: Reporting, Key: in.Key}, c.objects.find(in.Key))
	err := c.Ledger.Release(ctx, in)
	end(span, in, err)
	if err != nil {
		return fmt.Errorf("release %s: %w", in.Key, err)
	}
	c.released.add(in)
	c.objects.retire(in.Key, in.Parent)
	return nil
}

// tidy drops the Remains of which no copy is left.
func (c *Controller) tidy(ctx context.Context, key Key) error {
	var errs []error
	for _, r := range c.left.done(key) {
		if err := c.Archive.Drop(ctx, r); err != nil {
			errs = append(errs, fmt.Errorf("drop what %s left behind: %w", key, err))
			continue
		}
		c.left.forget(key, r.Removal.Parent)
	}
	return errors.Join(errs...)
}

// listed names clusters in a sentence.
func listed(names []federation.ClusterName) string {
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = string(name)
	}
	if len(words) == 1 {
		return "cluster " + words[0]
	}
	return "clusters " + strings.Join(words, ", ")
}
