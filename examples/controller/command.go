package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/controller/plane"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
)

func newCommand() *cobra.Command {
	var f flags
	command := &cobra.Command{
		Use:           "controller",
		Short:         "Carry federated objects to the clusters that they are placed in",
		Long:          "Carry federated objects to the clusters that they are placed in, as the KubeFedClusters,\nFederatedTypeConfigs and the KubeFedConfig on the host say.",
		Args:          cobra.NoArgs,
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(c *cobra.Command, _ []string) error { return control(c.Context(), f) },
	}
	f.addHost(command.PersistentFlags())
	f.addControl(command.Flags())
	command.AddCommand(newInstall(&f), newEnable(&f), newJoin(&f), newUnjoin(&f))
	return command
}

// installFlags are those of install.
type installFlags struct {
	scope   string
	follow  []string
	account string
}

func newInstall(f *flags) *cobra.Command {
	var i installFlags
	command := &cobra.Command{
		Use:   "install",
		Short: "Install the definitions of KubeFed's kinds, the system namespace and an account for the controller on the host",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return install(c, f, i) },
	}
	command.Flags().StringVar(&i.scope, "scope", "", "Cluster or Namespaced, written into the KubeFedConfig; empty leaves that as it is")
	command.Flags().StringSliceVar(&i.follow, letFollow, nil,
		"types of objects on the host that the controller may read, so that they can follow what refers to them: configmaps,secrets,serviceaccounts,persistentvolumeclaims; empty takes that back")
	command.Flags().StringVar(&i.account, "controller-kubeconfig", "", "where to write a kubeconfig file of the controller's account; empty is nowhere")
	return command
}

func install(c *cobra.Command, f *flags, i installFlags) error {
	host, err := f.setup()
	if err != nil {
		return err
	}
	host.Scope = federation.Scope(i.scope)
	if err := host.Install(c.Context()); err != nil {
		return err
	}
	if c.Flags().Changed(letFollow) {
		if err := host.LetFollow(c.Context(), i.follow...); err != nil {
			return fmt.Errorf("--%s: %w", letFollow, err)
		}
	}
	if err := keepAccount(c.Context(), host, i.account); err != nil {
		return fmt.Errorf("--controller-kubeconfig: %w", err)
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "installed in namespace %s\n", host.Namespace)
	return err
}

func keepAccount(ctx context.Context, host setup.Host, file string) error {
	if file == "" {
		return nil
	}
	content, err := host.Kubeconfig(ctx)
	if err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o600)
}

// letFollow is the flag of install with what the controller may read.
const letFollow = "let-follow"

// control runs the controller until ctx ends.
func control(ctx context.Context, f flags) error {
	log, err := f.logger()
	if err != nil {
		return err
	}
	endpoints, err := f.dnsEndpoints()
	if err != nil {
		return err
	}
	shared, err := clusterSetOf(f.clusterSet)
	if err != nil {
		return err
	}
	plugins, err := execPolicyOf(f.execPlugins)
	if err != nil {
		return err
	}
	guard, err := f.guard()
	if err != nil {
		return err
	}
	host, namespace, err := f.host()
	if err != nil {
		return err
	}
	config, err := f.config(ctx, host, namespace)
	if err != nil {
		return err
	}
	log.Info("Using valid KubeFedConfig", "namespace", config.Namespace, "name", config.Name)
	p, err := plane.New(plane.Options{
		Host: host, Namespace: namespace, Config: config, Election: f.election(),
		FieldManager: f.fieldManager, LetGoAfter: f.letGoAfter, LossGuard: guard,
		DNSEndpoints: endpoints, DNSPublishTime: f.dnsPublishTime, ClusterSet: shared, MemberExec: plugins,
		HealthAddr: f.healthAddr, MetricsAddr: f.metricsAddr, Logger: log,
	})
	if err != nil {
		return err
	}
	if err := p.Run(ctx); err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}

func (f flags) config(ctx context.Context, host *rest.Config, namespace string) (*corev1beta1.KubeFedConfig, error) {
	if f.configFile != "" {
		return plane.ReadConfig(f.configFile, namespace)
	}
	return plane.LoadConfig(ctx, host, namespace)
}

// version is that of the module the program was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version + " " + info.GoVersion
	}
	return "unknown"
}
