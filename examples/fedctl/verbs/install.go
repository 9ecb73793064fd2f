package verbs

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/setup"
)

// install is the command of that name.
type install struct {
	*cli.Session
	changes    cli.Changes
	scope      string
	follow     []string
	controller setup.Controller
	account    string
}

func newInstall(s *cli.Session) *cobra.Command {
	i := install{Session: s}
	command := &cobra.Command{
		Use:   "install",
		Short: "Make a cluster the host of a federation",
		Long: "Make a cluster the host of a federation: the definitions of the federation's kinds, the system namespace, an account\n" +
			"for the controller that may do what the controller does, and, with --image, the controller itself.\n" +
			"All is applied on the server's side, and may be done again, for a newer version too. What was there before, of KubeFed\n" +
			"for example, is kept: see \"fedctl migrate kubefed\".",
		Example: "  fedctl install                                   # and run the controller elsewhere, by --controller-kubeconfig\n" +
			"  fedctl install --image example.com/fedrail/controller:v1\n" +
			"  fedctl install --image example.com/fedrail/controller:v1 --dry-run -o yaml > federation.yaml",
		Args:    cobra.NoArgs,
		PreRunE: func(*cobra.Command, []string) error { return i.validate() },
		RunE:    func(c *cobra.Command, _ []string) error { return i.run(c) },
	}
	i.changes.AddTo(command, s)
	set := command.Flags()
	set.StringVar(&i.scope, "scope", "", "Cluster or Namespaced, written into the KubeFedConfig; empty leaves that as it is")
	set.StringSliceVar(&i.follow, letFollow, nil,
		"types of objects on the host that the controller may read, so that they can follow what refers to them: configmaps,secrets,serviceaccounts,persistentvolumeclaims; empty takes that back")
	set.StringVar(&i.controller.Image, "image", "", "image of the controller, to run it on the host; empty leaves it to you")
	set.Int32Var(&i.controller.Replicas, "replicas", 2, "instances of the controller, one of which works at a time")
	set.StringSliceVar(&i.controller.Args, "controller-arg", nil, "a further argument of the controller; may be repeated")
	set.StringVar(&i.account, "controller-kubeconfig", "", "where to write a kubeconfig file of the controller's account, to run it elsewhere; empty is nowhere")
	cli.Complete(command, "scope", func(string) []string { return []string{"Cluster", "Namespaced"} })
	return command
}

const letFollow = "let-follow"

func (i *install) validate() error {
	switch federation.Scope(i.scope) {
	case "", federation.ClusterScoped, federation.NamespaceScoped:
	default:
		return fmt.Errorf("--scope: got %q, want Cluster or Namespaced", i.scope)
	}
	if i.controller.Replicas < 1 {
		return fmt.Errorf("--replicas: got %d, want 1 or more", i.controller.Replicas)
	}
	if i.account != "" && i.changes.DryRun != cli.DryRunNone {
		return fmt.Errorf("--controller-kubeconfig: the account has no token in a dry run; leave one of the two away")
	}
	return i.changes.Validate()
}

func (i *install) run(c *cobra.Command) error {
	h, err := i.Host()
	if err != nil {
		return err
	}
	on := i.changes.On(h.Setup())
	on.Scope = federation.Scope(i.scope)
	if err := on.Install(c.Context()); err != nil {
		return err
	}
	if c.Flags().Changed(letFollow) {
		if err := on.LetFollow(c.Context(), i.follow...); err != nil {
			return fmt.Errorf("--%s: %w", letFollow, err)
		}
	}
	if i.controller.Image != "" {
		if err := on.Run(c.Context(), i.controller); err != nil {
			return err
		}
	}
	if err := i.changes.End(); err != nil || i.changes.DryRun != cli.DryRunNone {
		return err
	}
	if err := i.keepAccount(c, on); err != nil {
		return err
	}
	i.Next("next, let the federation carry types, such as", "enable namespaces deployments.apps")
	return nil
}

// keepAccount writes the file for a controller that runs elsewhere.
func (i *install) keepAccount(c *cobra.Command, on setup.Host) error {
	if i.account == "" {
		return nil
	}
	content, err := on.Kubeconfig(c.Context())
	if err == nil {
		err = os.WriteFile(i.account, content, 0o600)
	}
	if err != nil {
		return fmt.Errorf("--controller-kubeconfig: %w", err)
	}
	i.Tell("the controller runs anywhere with --kubeconfig %s", i.account)
	return nil
}
