package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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

func newDrain(f *flags) *cobra.Command {
	wait := false
	command := &cobra.Command{
		Use:   "drain NAME",
		Short: "Take everything away from a member that does not tolerate it, and let nothing new go there",
		Long: "Take everything away from a member that does not tolerate it, and let nothing new go there, until uncordon.\n" +
			"It is the taint " + federation.DrainTaint + ":NoExecute; objects with placement.tolerations for it stay.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, names []string) error {
			host, err := f.setup()
			if err != nil {
				return err
			}
			d := drain{host: host, member: names[0], out: c.OutOrStdout()}
			if err := d.begin(c.Context()); err != nil || !wait {
				return err
			}
			return d.wait(c.Context())
		},
	}
	command.Flags().BoolVar(&wait, "wait", false, "wait until nothing is left in the member but what tolerates it")
	return command
}

// drain is a member that is drained.
type drain struct {
	host   setup.Host
	member string
	out    io.Writer
	said   string
}

// begin taints the member, and says what is there.
func (d *drain) begin(ctx context.Context) error {
	now := metav1.Now()
	taint := corev1.Taint{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoExecute, TimeAdded: &now}
	if err := d.host.Taint(ctx, d.member, setup.TaintChange{Add: []corev1.Taint{taint}}); err != nil {
		return err
	}
	d.say(d.member + " is being drained")
	_, _, err := d.look(ctx)
	return err
}

// wait looks again and again until the member is drained.
func (d *drain) wait(ctx context.Context) error {
	for empty := time.Now(); ; {
		left, stay, err := d.look(ctx)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("%s goes on being drained; \"drain %s --wait\" waits for it again, \"uncordon %s\" takes it back", d.member, d.member, d.member)
		case err != nil:
			return err
		case len(left) > 0:
			empty = time.Now()
		case time.Since(empty) > drainSettles:
			d.say(d.member + " is drained" + naming("; what tolerates it stays: ", stay))
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(drainPause):
		}
	}
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
	d.say(strings.Join(lines, "\n"))
	return left, stay, nil
}

// say prints what was not the last thing that was said.
func (d *drain) say(text string) {
	if text != d.said {
		d.said = text
		_, _ = fmt.Fprintln(d.out, text) // nobody may listen any more
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
