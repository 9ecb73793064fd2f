package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/setup"
)

func newCordon(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "cordon NAME",
		Short: "Let nothing new go to a member; what is there stays",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, names []string) error {
			add := []corev1.Taint{{Key: federation.CordonTaint, Effect: corev1.TaintEffectNoSchedule}}
			return taint(c, f, tainting{names[0], setup.TaintChange{Add: add}, "is cordoned"})
		},
	}
}

func newUncordon(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "uncordon NAME",
		Short: "Let objects go to a member again that was cordoned or drained",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, names []string) error {
			remove := []corev1.Taint{{Key: federation.CordonTaint}, {Key: federation.DrainTaint}}
			return taint(c, f, tainting{names[0], setup.TaintChange{Remove: remove}, "is uncordoned"})
		},
	}
}

func newTaint(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "taint NAME TAINT...",
		Short: "Add taints to a member, or remove them",
		Long: "Add taints to a member, written key=value:Effect or key:Effect, or remove those that end in -.\n" +
			"Effects are NoSchedule (nothing new goes there), NoExecute (what is there goes as well) and PreferNoSchedule\n" +
			"(which nothing goes by here). Objects with placement.tolerations for a taint do not mind it.",
		Example: "  controller taint tokyo example.com/repair=disk:NoExecute\n  controller taint tokyo example.com/repair-",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			var change setup.TaintChange
			for _, text := range args[1:] {
				if err := readTaint(&change, text); err != nil {
					return err
				}
			}
			return taint(c, f, tainting{args[0], change, "is tainted as asked"})
		},
	}
}

// tainting is a change of a member's taints, and what to say when it is made.
type tainting struct {
	member string
	change setup.TaintChange
	done   string
}

func taint(c *cobra.Command, f *flags, t tainting) error {
	host, err := f.setup()
	if err != nil {
		return err
	}
	if err := host.Taint(c.Context(), t.member, t.change); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s %s\n", t.member, t.done)
	return err
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
