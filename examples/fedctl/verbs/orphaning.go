package verbs

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

func newOrphaning(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "orphaning-deletion",
		Short: "Say whether copies stay in the clusters when a federated object is deleted",
		Long: "Say whether copies stay in the clusters when a federated object is deleted. They go with it, unless that is enabled here.\n" +
			"TYPE is what is federated, or the federated kind: deployments and federateddeployments mean the same.",
		Example: "  fedctl orphaning-deletion enable deployments web -n shop && kubectl delete federateddeployment web -n shop\n" +
			"  fedctl orphaning-deletion status deployments web -n shop",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	command.AddCommand(
		newOrphan(s, "enable", "Leave the copies in the clusters when the federated object is deleted", "true"),
		newOrphan(s, "disable", "Have the copies deleted with the federated object", nil),
		newOrphanStatus(s),
	)
	return command
}

// newOrphan sets the annotation to a value; nil takes it away.
func newOrphan(s *cli.Session, name, short string, value any) *cobra.Command {
	var dryRun cli.DryRun
	command := &cobra.Command{
		Use:   name + " TYPE NAME",
		Short: short,
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := findObject(c.Context(), s, args)
			if err != nil || dryRun == cli.DryRunClient {
				return err
			}
			return o.annotate(c.Context(), federatedkind.OrphanAnnotation, value, dryRun)
		},
		ValidArgsFunction: s.CompleteTypes,
	}
	dryRun.AddTo(command.Flags())
	return command
}

func newOrphanStatus(s *cli.Session) *cobra.Command {
	return &cobra.Command{
		Use:   "status TYPE NAME",
		Short: "Print Enabled where copies stay when the federated object is deleted, Disabled where they go",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := findObject(c.Context(), s, args)
			if err != nil {
				return err
			}
			if o.object.GetAnnotations()[federatedkind.OrphanAnnotation] == "true" {
				return s.Say("Enabled")
			}
			return s.Say("Disabled")
		},
		ValidArgsFunction: s.CompleteTypes,
	}
}

// foundObject is a federated object on a host.
type foundObject struct {
	host   *host.Host
	of     host.Type
	object metav1.Object
}

// findObject reads the federated object that arguments name.
func findObject(ctx context.Context, s *cli.Session, args []string) (foundObject, error) {
	ref, err := host.ReferenceOf(args)
	if err != nil {
		return foundObject{}, err
	}
	namespace, err := s.Flags.Namespace()
	if err != nil {
		return foundObject{}, err
	}
	h, err := s.Host()
	if err != nil {
		return foundObject{}, err
	}
	t, object, err := h.Find(ctx, ref, namespace)
	return foundObject{h, t, object}, err
}

// annotate sets an annotation; nil takes it away.
func (o foundObject) annotate(ctx context.Context, name string, value any, dryRun cli.DryRun) error {
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{name: value}}})
	if err != nil {
		return err
	}
	var options metav1.PatchOptions
	if dryRun == cli.DryRunServer {
		options.DryRun = []string{metav1.DryRunAll}
	}
	_, err = o.host.Federated(o.of, o.object.GetNamespace()).Patch(ctx, o.object.GetName(), types.MergePatchType, body, options)
	if err != nil {
		return fmt.Errorf("%s %q: %w", o.of.Spec.FederatedType.Kind, o.object.GetName(), err)
	}
	return nil
}
