package verbs

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// federator is one run of the verb.
type federator struct {
	*cli.Session
	dryRun       cli.DryRun
	file, output string
	enableType   bool
	contents     bool
	owned        bool
	pinned       bool
	skip         []string
	clusters     []string
}

func newFederate(s *cli.Session) *cobra.Command {
	f := &federator{Session: s}
	command := &cobra.Command{
		Use:   "federate (TYPE NAME | TYPE/NAME | -f FILE)",
		Short: "Make federated objects of plain ones",
		Long: "Make a federated object of one that the host has, for all clusters unless -C names some. The object itself stays as it is.\n" +
			"What a cluster made of it is left out: status, addresses, node ports, the last configuration that a client noted, and the like;\n" +
			"labels and annotations are kept. What is left out is told.\n\n" +
			"With --contents, all that is in a namespace is federated with it, except what controllers own or each cluster keeps for itself:\n" +
			"objects that another one controls, Endpoints, EndpointSlices, Leases, Events, tokens, the ConfigMap kube-root-ca.crt and the\n" +
			"ServiceAccount default. Objects that are federated already stay as they are.\n\n" +
			"With -f no server is asked: federated objects are made of the file, and printed.",
		Example: "  fedctl federate deployment web -n shop\n" +
			"  fedctl federate namespace shop --contents --enable-type -s pods\n" +
			"  fedctl federate -f web.yaml > federated-web.yaml",
		PreRunE:           f.validate,
		RunE:              func(c *cobra.Command, args []string) error { return f.run(c.Context(), args) },
		ValidArgsFunction: s.CompleteHostObjects,
	}
	set := command.Flags()
	set.StringVarP(&f.file, "filename", "f", "", "file with plain objects; - is the standard input. Federated objects are printed, and no server is asked")
	set.StringVarP(&f.output, "output", "o", "", "yaml or json prints the federated objects, and writes nothing")
	set.BoolVarP(&f.enableType, "enable-type", "t", false, "enable the types that are not, first")
	set.BoolVarP(&f.contents, "contents", "c", false, "of a namespace, federate all that is in it as well")
	set.StringSliceVarP(&f.skip, "skip-api-resources", "s", nil, "with --contents, types that stay out: plural, short name, kind, plural and group, or a whole group")
	set.BoolVar(&f.owned, "include-owned", false, "with --contents, federate what controllers own or clusters keep for themselves, too, as kubefedctl did")
	set.BoolVar(&f.pinned, "keep-api-version", false, "keep apiVersion in the template, for a type that is enabled in another version")
	addNamed(s, command, &f.clusters, "clusters that should hold the objects, with commas between them; default all, now and later")
	cli.Complete(command, "output", func(string) []string { return []string{"yaml", "json"} })
	f.dryRun.AddTo(set)
	return command
}

func (f *federator) validate(c *cobra.Command, args []string) error {
	switch {
	case f.file == "" && len(args) == 0:
		return errors.New("which object? want TYPE NAME, such as deployment web, or -f")
	case f.file != "" && len(args) > 0:
		return fmt.Errorf("-f says which objects are meant; leave out %q", args[0])
	case f.enableType && f.output != "":
		return errors.New("--enable-type writes, and -o does not: leave one of the two out")
	}
	for _, flag := range []string{"enable-type", "contents", "skip-api-resources", "include-owned", "dry-run"} {
		if f.file != "" && c.Flags().Changed(flag) {
			f.Warn("--%s does not count beside -f", flag)
		}
	}
	return oneOf("-o", f.output, "", "yaml", "json")
}

func (f *federator) run(ctx context.Context, args []string) error {
	if f.file != "" {
		return f.offline()
	}
	ref, err := host.ReferenceOf(args)
	if err != nil {
		return err
	}
	h, err := f.Host()
	if err != nil {
		return err
	}
	on := &federating{federator: f, Host: h}
	if err := on.find(ctx, ref); err != nil {
		return err
	}
	switch {
	case f.output != "":
		return on.print()
	default:
		return on.write(ctx)
	}
}

// ownContents says of a namespace that what is in it is each cluster's own.
func (f *federator) ownContents(namespace string) error {
	if namespace != metav1.NamespaceDefault && slices.Contains(corev1beta1.NeverFederated(f.Flags.SystemNamespace), namespace) {
		return fmt.Errorf("--contents: what is in namespace %q is each cluster's own", namespace)
	}
	return nil
}

// named are the clusters of -C; nil is all.
func (f *federator) named() []federation.ClusterName {
	var names []federation.ClusterName
	for _, name := range f.clusters {
		names = append(names, federation.ClusterName(name))
	}
	return names
}
