package main

import (
	"context"
	"runtime/debug"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/controller/plane"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
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
	f.addHost(command.Flags())
	f.addControl(command.Flags())
	return command
}

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
