package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation/pull"
	"github.com/fedrail/fedrail/status"
	"github.com/fedrail/fedrail/status/expression"
)

// work runs the agent until ctx ends.
func work(ctx context.Context, f *flags) error {
	log, err := f.logger()
	if err != nil {
		return err
	}
	host, err := clientcmd.BuildConfigFromFlags("", f.hostKubeconfig)
	if err != nil {
		return fmt.Errorf("--host-kubeconfig: %w", err)
	}
	member, err := f.member()
	if err != nil {
		return err
	}
	o := pull.AgentOptions{
		Cluster: federation.ClusterName(f.cluster), Member: member, Writers: f.workers,
		Timeout: f.writeTimeout, Interval: f.interval, Heartbeat: f.heartbeat, Logger: log,
		Judge: judge,
	}
	host.QPS, member.QPS = -1, -1 // the API servers' own fairness decides
	if o.Client, err = dynamic.NewForConfig(rest.AddUserAgent(host, "fedrail-agent")); err != nil {
		return fmt.Errorf("--host-kubeconfig: %w", err)
	}
	if o.Writer, err = metadata.NewForConfig(rest.AddUserAgent(host, "fedrail-agent")); err != nil {
		return fmt.Errorf("--host-kubeconfig: %w", err)
	}
	agent, err := pull.NewAgent(o)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(logr.NewContext(ctx, log))
	defer stop()
	served, err := health(ctx, f.healthAddr, agent.Ready)
	if err != nil {
		return err
	}
	log.Info("started", "cluster", f.cluster, "host", host.Host, "member", member.Host)
	err = agent.Start(ctx)
	stop()
	<-served
	if err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}

// judge has copies judged as the host says.
func judge(t federation.Type, by v1alpha1.Judging) (status.Judge, error) {
	return expression.Judge(t.GroupKind(), expression.Health(by))
}

// member is how this cluster is reached.
func (f *flags) member() (*rest.Config, error) {
	if f.memberKubeconfig == "" {
		config, err := rest.InClusterConfig()
		if errors.Is(err, rest.ErrNotInCluster) {
			return nil, errors.New("--member-kubeconfig is required outside of a pod")
		}
		return config, err
	}
	config, err := clientcmd.BuildConfigFromFlags("", f.memberKubeconfig)
	if err != nil {
		return nil, fmt.Errorf("--member-kubeconfig: %w", err)
	}
	return config, nil
}

// manifests prints what the host needs for a member.
func manifests(args []string, stdout io.Writer) error {
	f := newFlags("agent manifests", "Print what the host needs for a member: a namespace, and an account in it.", stdout)
	f.addManifests()
	if err := f.parse(args); err != nil {
		return err
	}
	for _, object := range pull.Account(federation.ClusterName(f.cluster), f.labels) {
		if err := printYAML(stdout, object); err != nil {
			return err
		}
	}
	return nil
}

func printYAML(stdout io.Writer, object runtime.Object) error {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return err
	}
	delete(content, "status")
	text, err := yaml.Marshal(content)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "---\n%s", text)
	return err
}
