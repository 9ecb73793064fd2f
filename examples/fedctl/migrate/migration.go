package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// Migration takes the steps. Each may be taken again, also after it was killed at any
// line, and then does what is missing.
type Migration struct {
	Host *host.Host
	// Backup is the file for what was there; it must not exist. Empty is a new one in the
	// current folder.
	Backup   string
	Patience time.Duration // with each member
	// Wait is how long Stop waits for KubeFed to stop, Carry for a controller, and Undo
	// for KubeFed's webhook; zero is a minute for Stop, and not at all for the others.
	Wait time.Duration
}

// stopTime is how long KubeFed may take to stop unless somebody said otherwise: its pods
// have a grace period, and its lock lasts for a while after them.
const stopTime = time.Minute

// ErrNotYet is in the error for what was begun, and is not there in the time given.
var ErrNotYet = errors.New("not yet")

// Take takes a step, and says what it did.
func (m Migration) Take(ctx context.Context, step Step) (string, error) {
	take := map[Step]func(context.Context, State) (string, error){
		BackUp: m.backUp, Stop: m.stop, Define: m.define, Carry: m.carry, Finish: m.finish,
	}[step]
	if take == nil {
		return "", fmt.Errorf("there is no step %q; these are: %s", step, words(Steps()))
	}
	state, err := StateOf(ctx, m.Host)
	if err != nil {
		return "", err
	}
	if err := m.mayTake(ctx, step, state); err != nil {
		return "", err
	}
	return take(ctx, state)
}

// mayTake says what speaks against a step.
func (m Migration) mayTake(ctx context.Context, step Step, state State) error {
	if state.Has(Finish) {
		return fmt.Errorf("the migration is finished since %s", state.Done[Finish].Format(time.RFC3339))
	}
	before := Steps()[:slices.Index(Steps(), step)]
	for _, earlier := range before {
		if !state.Has(earlier) {
			return fmt.Errorf("step %s: the step %s comes first", step, earlier)
		}
	}
	p, err := Working(ctx, m.Host)
	if err != nil {
		return err
	}
	leads, runs := p.Lease.HeldAt(time.Now()), p.Runs(time.Now())
	switch {
	case leads && runs:
		return fmt.Errorf("KubeFed may be working, and so is %s, which holds the Lease %s/%s: stop that one until the step %s is done",
			p.Lease.Holder, m.Host.Namespace, ControllerDeployment, Define)
	case runs && slices.Contains(before, Stop):
		return fmt.Errorf("KubeFed runs again: somebody started it after the step %s; stop whoever does, and take that step again (--step %s)", Stop, Stop)
	}
	return nil
}

func words(steps []Step) string {
	all := make([]string, len(steps))
	for i, s := range steps {
		all[i] = string(s)
	}
	return strings.Join(all, ", ")
}
