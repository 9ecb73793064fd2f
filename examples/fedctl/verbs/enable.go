package verbs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/setup"
)

// enabler is one run of the verb.
type enabler struct {
	*cli.Session
	dryRun       cli.DryRun
	wish         setup.Wish // what all types have in common
	file, output string
}

func newEnable(s *cli.Session) *cobra.Command {
	e := &enabler{Session: s}
	command := &cobra.Command{
		Use:   "enable (TYPE... | -f FILE)",
		Short: "Let the federation carry objects of types",
		Long: "Let the federation carry objects of types, custom resources as well, at any version that the host serves.\n" +
			"A type is named by its plural, singular or short name or its kind, with or without its group. It gets a federated kind, with which\n" +
			"its objects are declared, and a FederatedTypeConfig. Enabling a type again is allowed, and puts right what differs.\n" +
			"Nothing is written when one of the types cannot be enabled.",
		Example: "  fedctl enable namespaces deployments.apps configmaps\n" +
			"  fedctl enable crontabs.stable.example.com --version v1beta1\n" +
			"  fedctl enable deploy -o yaml > deployments.yaml   # nothing is written",
		PreRunE:           e.validate,
		RunE:              func(c *cobra.Command, args []string) error { return e.run(c.Context(), args) },
		ValidArgsFunction: s.CompleteServed,
	}
	set := command.Flags()
	set.StringVar(&e.wish.Federated.Group, "federated-group", federatedkind.DefaultGroup, "group of the kind that declares the objects")
	set.StringVar(&e.wish.Federated.Version, "federated-version", federatedkind.DefaultVersion, "version of that kind")
	set.StringVar(&e.wish.Version, "version", "", "version of the objects in the members; default the one that the host prefers")
	set.StringVarP(&e.file, "filename", "f", "", "file with EnableTypeDirectives; - is the standard input. The other flags about types do not count then")
	set.StringVarP(&e.output, "output", "o", "", "yaml or json prints what would be written, and writes nothing")
	cli.Complete(command, "output", func(string) []string { return []string{"yaml", "json"} })
	e.dryRun.AddTo(set)
	return command
}

func (e *enabler) validate(c *cobra.Command, args []string) error {
	switch {
	case len(args) == 0 && e.file == "":
		return errors.New("which type? name one, such as deployments.apps, or give -f")
	case len(args) > 0 && e.file != "":
		return fmt.Errorf("-f says which types are meant; leave out %s", strings.Join(args, " "))
	}
	for _, flag := range []string{"version", "federated-group", "federated-version"} {
		if e.file != "" && c.Flags().Changed(flag) {
			e.Warn("--%s does not count beside -f", flag)
		}
	}
	return oneOf("-o", e.output, "", "yaml", "json")
}

func (e *enabler) run(ctx context.Context, names []string) error {
	wishes, err := e.wishes(names)
	if err != nil {
		return err
	}
	h, err := e.Host()
	if err != nil {
		return err
	}
	kinds, err := h.Setup().Discover(ctx, wishes...)
	if err != nil {
		return err
	}
	if e.output != "" {
		return printEnabling(e.Session, e.output, kinds)
	}
	if err := enableKinds(ctx, e.Session, enabling{h.Setup(), e.dryRun, e.Out}, kinds); err != nil || e.dryRun != cli.DryRunNone {
		return err
	}
	afterEnabling(ctx, e.Session, h, kinds)
	return nil
}

// wishes are the types that were named, or that a file names.
func (e *enabler) wishes(names []string) ([]setup.Wish, error) {
	if e.file != "" {
		content, err := readFile(e.Session, e.file)
		if err != nil {
			return nil, fmt.Errorf("-f: %w", err)
		}
		wishes, err := setup.DirectivesOf(content)
		if err != nil {
			return nil, fmt.Errorf("-f %s: %w", e.file, err)
		}
		return wishes, nil
	}
	wishes := make([]setup.Wish, len(names))
	for i, name := range names {
		wishes[i] = e.wish
		wishes[i].Name = name
	}
	return wishes, nil
}

// readFile reads a file, or the standard input for the name "-".
func readFile(s *cli.Session, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(s.In)
	}
	return os.ReadFile(name)
}

// oneOf says that a flag has a value that it cannot have.
func oneOf(flag, value string, allowed ...string) error {
	var words []string
	for _, a := range allowed {
		if value == a {
			return nil
		}
		if a != "" {
			words = append(words, a)
		}
	}
	return fmt.Errorf("%s %s: want %s", flag, value, strings.Join(words, " or "))
}
