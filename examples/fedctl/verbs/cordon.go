package verbs

import (
	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/setup"
)

func newCordon(s *cli.Session) *cobra.Command {
	t := &tainting{Session: s, done: "is cordoned"}
	t.change.Add = []corev1.Taint{{Key: federation.CordonTaint, Effect: corev1.TaintEffectNoSchedule}}
	return t.command(&cobra.Command{
		Use:     "cordon NAME",
		Short:   "Let nothing new go to a member; what is there stays",
		Long:    "Let nothing new go to a member; what is there stays. Objects with placement.tolerations for the taint\n" + federation.CordonTaint + " go there all the same. \"uncordon\" ends it.",
		Example: "  fedctl cordon tokyo",
	})
}

func newUncordon(s *cli.Session) *cobra.Command {
	t := &tainting{Session: s, done: "is uncordoned", change: setup.TaintChange{
		Remove: []corev1.Taint{{Key: federation.CordonTaint}, {Key: federation.DrainTaint}},
	}}
	return t.command(&cobra.Command{
		Use:     "uncordon NAME",
		Short:   "Let objects go to a member again that was cordoned or drained",
		Example: "  fedctl uncordon tokyo",
	})
}
