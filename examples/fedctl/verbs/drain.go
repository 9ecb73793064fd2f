package verbs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/setup"
)

const (
	// drainPause is the time between two looks at a member that is drained.
	drainPause = 500 * time.Millisecond
	// drainSettles is how long nothing may be to go for a member to be drained: a
	// copy that was made just now is told of by then.
	drainSettles = 3 * time.Second
	// drainNamed is how many objects a line names.
	drainNamed = 5
)

func newDrain(s *cli.Session) *cobra.Command {
	d := &drain{Session: s}
	command := &cobra.Command{
		Use:   "drain NAME",
		Short: "Take everything away from a member that does not tolerate it, and let nothing new go there",
		Long: "Take everything away from a member that does not tolerate it, and let nothing new go there, until uncordon.\n" +
			"It is the taint " + federation.DrainTaint + ":NoExecute; objects with placement.tolerations for it stay.\n" +
			"What is to go is told on the standard error, and with --wait what is left of it, until nothing is; the exit code is 2\n" +
			"when something is left in the time given. Ctrl-C ends the waiting, and not the drain.",
		Example:           "  fedctl drain tokyo --wait --timeout=10m",
		Args:              cobra.ExactArgs(1),
		PreRunE:           func(*cobra.Command, []string) error { return d.validate() },
		RunE:              func(c *cobra.Command, names []string) error { return d.run(c.Context(), names[0]) },
		ValidArgsFunction: completeMember(s),
	}
	command.Flags().BoolVar(&d.waits, "wait", false, "wait until nothing is left in the member but what tolerates it")
	command.Flags().DurationVar(&d.timeout, "timeout", 0, "how long to wait; 0 is without end")
	d.dryRun.AddTo(command.Flags())
	return command
}

// drain is a member that is drained.
type drain struct {
	*cli.Session
	waits   bool
	timeout time.Duration
	dryRun  cli.DryRun
	host    setup.Host
	member  string
	said    string
}

func (d *drain) validate() error {
	switch {
	case d.timeout < 0:
		return fmt.Errorf("--timeout %s: want 0 or more", d.timeout)
	case d.waits && d.dryRun != cli.DryRunNone:
		return errors.New("--wait: there is nothing to wait for in a dry run; leave one of the two away")
	}
	return nil
}

func (d *drain) run(ctx context.Context, member string) error {
	h, err := d.Host()
	if err != nil {
		return err
	}
	d.host, d.member = h.Setup(), member
	d.host.Writing = d.dryRun.Writing()
	if err := d.begin(ctx); err != nil || !d.waits {
		return err
	}
	return d.wait(ctx)
}

// begin taints the member, and says what is there.
func (d *drain) begin(ctx context.Context) error {
	now := metav1.Now()
	taint := corev1.Taint{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoExecute, TimeAdded: &now}
	if err := d.host.Taint(ctx, d.member, setup.TaintChange{Add: []corev1.Taint{taint}}); err != nil {
		return err
	}
	if err := d.Say("%s is being drained%s", d.member, d.dryRun.Note()); err != nil || d.dryRun != cli.DryRunNone {
		return err
	}
	_, _, err := d.look(ctx)
	return err
}

// wait looks again and again until the member is drained.
func (d *drain) wait(ctx context.Context) error {
	late := d.late()
	for empty := time.Now(); ; {
		left, stay, err := d.look(ctx)
		switch {
		case ctx.Err() != nil:
			return d.interrupted()
		case err != nil:
			return err
		case len(left) > 0:
			empty = time.Now()
		case time.Since(empty) > drainSettles:
			return d.Say("%s is drained%s", d.member, naming("; what tolerates it stays: ", stay))
		}
		select {
		case <-ctx.Done():
			return d.interrupted()
		case <-late:
			return cli.WithCode(cli.NotYet, fmt.Errorf("%s is not drained within %s; it goes on being drained, and %d are to go%s",
				d.member, d.timeout, len(left), naming(": ", left)))
		case <-time.After(drainPause):
		}
	}
}

// late is when the time is over; never where there is no end to it.
func (d *drain) late() <-chan time.Time {
	if d.timeout == 0 {
		return nil
	}
	return time.After(d.timeout)
}

func (d *drain) interrupted() error {
	return cli.WithCode(cli.Interrupted, fmt.Errorf("%[1]s goes on being drained; \"%[2]s drain %[1]s --wait\" waits for it again, \"%[2]s uncordon %[1]s\" takes it back", d.member, d.Name))
}

// look says what is to go from the member, when that is news. What tolerates the
// drain stays.
func (d *drain) look(ctx context.Context) (left, stay []setup.Remaining, err error) {
	all, err := d.host.Remaining(ctx, d.member)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range all {
		if r.Stays {
			stay = append(stay, r)
		} else {
			left = append(left, r)
		}
	}
	if len(left) == 0 {
		return left, stay, nil
	}
	lines := []string{fmt.Sprintf("%d to go%s", len(left), naming(": ", left))}
	for _, r := range left {
		if r.Held != "" {
			lines = append(lines, fmt.Sprintf("  %s is held back: %s", describe(r), r.Held))
		}
	}
	d.tell(strings.Join(lines, "\n"))
	return left, stay, nil
}

// tell tells what was not the last thing that was told.
func (d *drain) tell(text string) {
	if text != d.said && d.Flags.Progress != cli.None {
		d.said = text
		d.Tell("%s", text)
	}
}

// naming names the first of these after an introduction; nothing when there is
// none.
func naming(introduction string, all []setup.Remaining) string {
	if len(all) == 0 {
		return ""
	}
	var words []string
	for _, r := range all[:min(len(all), drainNamed)] {
		words = append(words, describe(r))
	}
	if more := len(all) - drainNamed; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return introduction + strings.Join(words, ", ")
}

func describe(r setup.Remaining) string {
	text := r.Kind + " " + r.Namespace + "/" + r.Name
	if r.Ready > 0 {
		text += fmt.Sprintf(" (%d replicas ready)", r.Ready)
	}
	if !r.Until.IsZero() {
		text += " (until " + r.Until.Local().Format(time.DateTime) + ")"
	}
	return text
}
