package support

import (
	"context"
	"io"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/examples/fedctl/checkup"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	multiclusterdnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	schedulingv1alpha1 "github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

// check writes what a check finds, and which program this is.
func (c *collection) check(ctx context.Context) error {
	findings := checkup.Examine(ctx, c.host, checkup.Options{Patience: c.Patience, Now: c.Now})
	if err := c.yaml("check.yaml", findings); err != nil {
		return err
	}
	return c.yaml("program.yaml", c.Program)
}

// list reads objects. Where the kind is not known there are none.
func list(ctx context.Context, from dynamic.ResourceInterface) ([]unstructured.Unstructured, error) {
	all, err := host.List(ctx, from, metav1.ListOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return all, err
}

// configuration writes what the federation was told, and the Secrets of its members
// without what they hold.
func (c *collection) configuration(ctx context.Context) error {
	for _, resource := range []schema.GroupVersionResource{
		corev1beta1.KubeFedConfigs(), corev1beta1.KubeFedClusters(), corev1beta1.FederatedTypeConfigs(),
		corev1.SchemeGroupVersion.WithResource("secrets"), multiclusterdnsv1alpha1.Domains(),
	} {
		if err := c.kind(ctx, "host/"+resource.Resource+".yaml", c.host.Dynamic.Resource(resource).Namespace(c.host.Namespace)); err != nil {
			return err
		}
	}
	for _, resource := range []schema.GroupVersionResource{
		schedulingv1alpha1.ReplicaSchedulingPreferences(), multiclusterdnsv1alpha1.ServiceDNSRecords(),
		multiclusterdnsv1alpha1.IngressDNSRecords(), multiclusterdnsv1alpha1.GatewayDNSRecords(), externaldnsv1alpha1.DNSEndpoints(),
	} {
		if err := c.kind(ctx, "host/"+resource.Resource+".yaml", c.host.Dynamic.Resource(resource)); err != nil {
			return err
		}
	}
	return nil
}

// kind writes the objects of one kind.
func (c *collection) kind(ctx context.Context, name string, from dynamic.ResourceInterface) error {
	all, err := list(ctx, from)
	if err != nil {
		c.problem(name, err)
	}
	for i := range all {
		strip(&all[i])
	}
	return c.objects(name, all)
}

// federated writes the federated objects of all types.
func (c *collection) federated(ctx context.Context) error {
	var err error
	if c.types, err = c.host.Types(ctx); err != nil {
		c.problem("types", err)
	}
	for _, t := range c.types {
		all, err := list(ctx, c.host.Federated(t, ""))
		if err != nil {
			c.problem("federated objects of "+t.Name, err)
		}
		for i := range all {
			stripFederated(&all[i], t)
		}
		if err := c.objects("host/federated/"+t.Name+".yaml", all); err != nil {
			return err
		}
	}
	return nil
}

// events writes those of the host.
func (c *collection) events(ctx context.Context) error {
	return c.kind(ctx, "host/events.yaml", c.host.Dynamic.Resource(corev1.SchemeGroupVersion.WithResource("events")))
}

// controller writes the pods of the system namespace, with the end of what they log.
func (c *collection) controller(ctx context.Context) error {
	if err := c.kind(ctx, "host/leases.yaml", c.host.Dynamic.Resource(host.Leases()).Namespace(c.host.Namespace)); err != nil {
		return err
	}
	pods, err := c.host.Typed.CoreV1().Pods(c.host.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		c.problem("pods of the system namespace", err)
		return nil
	}
	for _, pod := range pods.Items {
		if err := c.log(ctx, pod.Name); err != nil {
			return err
		}
	}
	return nil
}

// log writes the end of the log of a pod.
func (c *collection) log(ctx context.Context, pod string) error {
	lines := int64(2000)
	stream, err := c.host.Typed.CoreV1().Pods(c.host.Namespace).GetLogs(pod, &corev1.PodLogOptions{TailLines: &lines}).Stream(ctx)
	if err != nil {
		c.problem("log of pod "+pod, err)
		return nil
	}
	defer stream.Close()
	content, err := io.ReadAll(stream)
	if err != nil {
		c.problem("log of pod "+pod, err)
	}
	return c.file("host/logs/"+pod+".log", content)
}
