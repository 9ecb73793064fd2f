package main

import (
	"context"
	"fmt"
	"os"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fedrail/fedrail/examples/controller/sample"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
)

const (
	systemNamespace = corev1beta1.DefaultNamespace
	answerTimeout   = 3 * time.Second
)

// cluster is one cluster and a client of its administrator.
type cluster struct {
	name   string
	config *rest.Config
	client dynamic.Interface
}

func (d *demo) startClusters(ctx context.Context) error {
	if err := d.sandbox(ctx, append([]string{"up", fmt.Sprintf("--members=%d", d.story.members)}, d.story.places...)...); err != nil {
		return err
	}
	var err error
	if d.host, err = connect(d.place.kubeconfig(), "host"); err != nil {
		return err
	}
	for i := range d.story.members {
		member, err := connect(d.place.kubeconfig(), fmt.Sprintf("member%d", i+1))
		if err != nil {
			return err
		}
		d.members = append(d.members, member)
	}
	return nil
}

// joined are the clusters that are members from the beginning.
func (d *demo) joined() []cluster { return d.members[:d.story.joined] }

// memberNames are the names of all clusters beside the host.
func (d *demo) memberNames() []string {
	names := make([]string, len(d.members))
	for i, m := range d.members {
		names[i] = m.name
	}
	return names
}

// connect makes a client for one context of a kubeconfig file.
func connect(kubeconfig, name string) (cluster, error) {
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: kubeconfig}
	overrides := &clientcmd.ConfigOverrides{CurrentContext: name}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides).ClientConfig()
	if err != nil {
		return cluster{}, err
	}
	config.QPS = -1
	client, err := dynamic.NewForConfig(config)
	return cluster{name, config, client}, err
}

// claimClusters asks each cluster for its nodes.
func (d *demo) claimClusters(ctx context.Context) error {
	for _, c := range append([]cluster{d.host}, d.members...) {
		nodes, err := c.client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "nodes"}).List(ctx, metav1.ListOptions{})
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if len(nodes.Items) == 0 {
			return fmt.Errorf("%s: expected nodes, saw none", c.name)
		}
	}
	d.proved("%d clusters answer, each with its own API server and nodes", len(d.members)+1)
	return nil
}

// federate makes a federation of them.
func (d *demo) federate(ctx context.Context) error {
	host := d.hostSetup()
	if err := d.install(ctx, host); err != nil {
		return err
	}
	if err := d.configure(ctx); err != nil {
		return err
	}
	for _, m := range d.joined() {
		if err := d.join(ctx, host, m); err != nil {
			return err
		}
	}
	d.say("%d clusters have joined, each with an account that may do what the types need", d.story.joined)
	return nil
}

func (d *demo) join(ctx context.Context, host setup.Host, m cluster) error {
	return host.Join(ctx, setup.Member{Name: m.name, Config: m.config, Labels: sample.Members()[m.name]})
}

func (d *demo) hostSetup() setup.Host {
	return setup.Host{Config: d.host.config, Namespace: systemNamespace}
}

// install prepares the host, and writes down how the controller reaches it.
func (d *demo) install(ctx context.Context, host setup.Host) error {
	if err := host.Install(ctx); err != nil {
		return err
	}
	kubeconfig, err := host.Kubeconfig(ctx)
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.place.controllerKubeconfig(), kubeconfig, 0o600); err != nil {
		return err
	}
	d.say("the host knows KubeFed's kinds, and has an account for the controller")
	promotions, err := sample.Definition()
	if err != nil {
		return err
	}
	if err := host.Define(ctx, promotions); err != nil {
		return err
	}
	if err := host.Enable(ctx, sample.Types()...); err != nil {
		return err
	}
	d.say("%d types are enabled, one of them a custom resource", len(sample.Types()))
	return nil
}

// claimNoAdministrator tries what an administrator could do.
func (d *demo) claimNoAdministrator(ctx context.Context) error {
	c, err := connect(d.place.controllerKubeconfig(), "host")
	if err != nil {
		return err
	}
	_, err = core("secrets", "").in(c).List(ctx, metav1.ListOptions{})
	if !apierrors.IsForbidden(err) {
		return fmt.Errorf("list all secrets of the host with the controller's account: expected it to be forbidden, saw %w", err)
	}
	d.proved("the controller's account is no administrator of the host")
	return nil
}

// configure asks for quicker probes than the default, for people are watching.
func (d *demo) configure(ctx context.Context) error {
	configs := d.host.client.Resource(corev1beta1.KubeFedConfigs()).Namespace(systemNamespace)
	_, err := configs.Apply(ctx, corev1beta1.ConfigName, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": corev1beta1.GroupVersion().String(), "kind": "KubeFedConfig",
		"metadata": map[string]any{"name": corev1beta1.ConfigName},
		"spec": map[string]any{
			"scope":              "Cluster",
			"clusterHealthCheck": map[string]any{"period": "2s", "timeout": "1s", "failureThreshold": int64(2)},
		},
	}}, metav1.ApplyOptions{FieldManager: fieldManager})
	return err
}

// claimMembersReady reads the KubeFedClusters.
func (d *demo) claimMembersReady(ctx context.Context) error {
	clusters := resource{corev1beta1.KubeFedClusters(), systemNamespace}
	var rows []row
	for _, m := range d.joined() {
		rows = append(rows, row{clusters, m.name, `{.status.conditions[?(@.type=="Ready")].status} {.status.kubernetesVersion}`, nil})
	}
	err := d.await(ctx, "members ready", func(ctx context.Context) (problems []string) {
		for _, r := range rows {
			if seen := r.see(ctx, d.host); seen != "True v1.36.3" {
				problems = append(problems, fmt.Sprintf("KubeFedCluster %s: expected True v1.36.3, saw %s", r.name, seen))
			}
		}
		return problems
	})
	if err == nil {
		d.proved("the controller has the lease, and finds all %d members ready", d.story.joined)
	}
	return err
}
