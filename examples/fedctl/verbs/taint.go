package verbs

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/federation/setup"
)

func newTaint(s *cli.Session) *cobra.Command {
	t := &tainting{Session: s, done: "is tainted as asked"}
	command := t.command(&cobra.Command{
		Use:   "taint NAME TAINT...",
		Short: "Add taints to a member, or remove them",
		Long: "Add taints to a member, written key=value:Effect or key:Effect, or remove those that end in -.\n" +
			"Effects are NoSchedule (nothing new goes there), NoExecute (what is there goes as well) and PreferNoSchedule\n" +
			"(which nothing goes by here). Objects with placement.tolerations for a taint do not mind it.",
		Example: "  fedctl taint tokyo example.com/repair=disk:NoExecute\n  fedctl taint tokyo example.com/repair-",
	})
	command.Args = cobra.MinimumNArgs(2)
	command.PreRunE = func(_ *cobra.Command, args []string) error {
		for _, text := range args[1:] {
			if err := readTaint(&t.change, text); err != nil {
				return err
			}
		}
		return nil
	}
	return command
}

// tainting is a change of a member's taints, and what to say when it is made.
type tainting struct {
	*cli.Session
	change setup.TaintChange
	done   string
	dryRun cli.DryRun
}

// command completes the command that makes the change. Its first argument is the
// member.
func (t *tainting) command(c *cobra.Command) *cobra.Command {
	c.Args = cobra.ExactArgs(1)
	c.RunE = func(c *cobra.Command, args []string) error { return t.run(c.Context(), args[0]) }
	c.ValidArgsFunction = completeMember(t.Session)
	t.dryRun.AddTo(c.Flags())
	return c
}

func (t *tainting) run(ctx context.Context, member string) error {
	h, err := t.Host()
	if err != nil {
		return err
	}
	on := h.Setup()
	on.Writing = t.dryRun.Writing()
	if err := on.Taint(ctx, member, t.change); err != nil {
		return err
	}
	return t.Say("%s %s%s", member, t.done, t.dryRun.Note())
}

// completeMember completes the name of one member, as the first argument.
func completeMember(s *cli.Session) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		for _, name := range s.CompleteClusters("") {
			if strings.HasPrefix(name, prefix) {
				names = append(names, name)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// readTaint reads a taint as it is written on the command line into a change. One
// that is added is as old as that.
func readTaint(into *setup.TaintChange, text string) error {
	written, remove := strings.CutSuffix(text, "-")
	named, effect, hasEffect := strings.Cut(written, ":")
	key, value, _ := strings.Cut(named, "=")
	t := corev1.Taint{Key: key, Value: value, Effect: corev1.TaintEffect(effect)}
	switch {
	case key == "" || !hasEffect && !remove:
		return fmt.Errorf("taint %q: write key=value:Effect or key:Effect, and key:Effect- or key- to remove one", text)
	case remove:
		into.Remove = append(into.Remove, t)
	default:
		now := metav1.Now()
		t.TimeAdded = &now
		into.Add = append(into.Add, t)
	}
	return nil
}
