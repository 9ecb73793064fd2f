package verbs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// disabler is one run of the verb.
type disabler struct {
	*cli.Session
	dryRun    cli.DryRun
	deleteCRD bool
	group     string
	timeout   time.Duration
}

func newDisable(s *cli.Session) *cobra.Command {
	d := &disabler{Session: s}
	command := &cobra.Command{
		Use:   "disable TYPE...",
		Short: "Have the federation carry objects of types no more",
		Long: "Have the federation carry objects of types no more. Their FederatedTypeConfigs go; federated objects stay, without a finalizer\n" +
			"that nobody would serve, and so do the copies in the clusters. To have the copies gone, delete the federated objects first.\n" +
			"With --delete-crd the definition of the federated kind goes as well; no object of it may be left.\n\n" +
			"Exit code 2 says that the controller was not done in time: it goes on, and the command may be run again.\n" +
			"A pause is something else: set spec.propagation of the FederatedTypeConfig to Disabled.",
		Example: "  fedctl disable deployments.apps\n" +
			"  kubectl delete federatedcrontabs --all -A && fedctl disable crontabs.stable.example.com --delete-crd",
		Args:              cobra.MinimumNArgs(1),
		RunE:              func(c *cobra.Command, names []string) error { return d.run(c.Context(), names) },
		ValidArgsFunction: s.CompleteEnabled,
	}
	set := command.Flags()
	set.BoolVar(&d.deleteCRD, "delete-crd", false, "delete the definition of the federated kind, too; no object of it may be left")
	set.StringVar(&d.group, "federated-group", federatedkind.DefaultGroup, "with --delete-crd, group of the federated kind of a type that has no FederatedTypeConfig any more")
	set.String("version", "", "without effect: a definition has one name in all versions")
	_ = set.MarkHidden("version")
	set.DurationVar(&d.timeout, "timeout", 10*time.Second, "how long to wait for the controller, each time")
	d.dryRun.AddTo(set)
	return command
}

func (d *disabler) run(ctx context.Context, names []string) error {
	h, err := d.Host()
	if err != nil {
		return err
	}
	types, err := h.Types(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		t, err := choose(types, name)
		switch {
		case err == nil:
			d.warn(types, t)
			err = d.disable(ctx, disabling{disabler: d, Host: h, config: t})
		case d.deleteCRD && errors.Is(err, errNoConfig):
			err = d.deleteAlone(ctx, h, name)
		case errors.Is(err, errNoConfig):
			err = fmt.Errorf("FederatedTypeConfig \"%s/%s\" does not exist", h.Namespace, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var errNoConfig = errors.New("no FederatedTypeConfig is called so")

// choose finds a type by the name of its config, or by what people call it.
func choose(types []host.Type, name string) (host.Type, error) {
	if i := slices.IndexFunc(types, func(t host.Type) bool { return t.Name == name }); i >= 0 {
		return types[i], nil
	}
	if !slices.ContainsFunc(types, func(t host.Type) bool { return t.Called(name) }) {
		return host.Type{}, errNoConfig
	}
	return host.Choose(types, name)
}

// warn says what else is carried no more.
func (d *disabler) warn(types []host.Type, t host.Type) {
	if !t.IsNamespaces() {
		return
	}
	var others []string
	for _, other := range types {
		if other.Spec.TargetType.Scope == federation.NamespaceScoped && other.Spec.Propagation == corev1beta1.Enabled {
			others = append(others, other.Name)
		}
	}
	if len(others) > 0 {
		d.Warn("without namespaces nothing in them is carried: %s", strings.Join(others, ", "))
	}
}

// deleteAlone deletes the definition of a federated kind whose config is gone.
func (d *disabler) deleteAlone(ctx context.Context, h *host.Host, name string) error {
	plural, _, _ := strings.Cut(name, ".")
	on := disabling{disabler: d, Host: h}
	return on.deleteDefinition(ctx, "federated"+plural+"."+d.group)
}
