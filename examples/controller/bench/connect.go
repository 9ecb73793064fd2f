package main

import (
	"context"
	"fmt"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/propagation/budget"
)

// newBareLoop connects a bare loop to host and members, after they were
// federated.
func newBareLoop(ctx context.Context, g *ground, objects int) (*bareLoop, error) {
	l := &bareLoop{counter: budget.New()}
	host := g.host.Config()
	host.Wrap(l.counter.Wrap(g.host.Cluster()))
	client, err := dynamic.NewForConfig(host)
	if err != nil {
		return nil, err
	}
	l.declarations = declarationsOf(client, bare(), objects)
	for _, m := range g.members {
		token, err := g.token(ctx, m)
		if err != nil {
			return nil, err
		}
		config := m.ConfigWithToken(token)
		config.Wrap(l.counter.Wrap(m.Cluster()))
		client, err := metadata.NewForConfig(config)
		if err != nil {
			return nil, err
		}
		copies := client.Resource(configMaps().GroupVersionResource()).Namespace(l.namespace)
		l.members = append(l.members, bareMember{name: federation.ClusterName(m.Cluster()), copies: copies})
	}
	return l, nil
}

// token is what the controller shows to a member: to check a token is not the
// same work as to check a certificate.
func (g *ground) token(ctx context.Context, m *controlplane.Server) (string, error) {
	host, err := dynamic.NewForConfig(g.host.Config())
	if err != nil {
		return "", err
	}
	object, err := host.Resource(corev1beta1.KubeFedClusters()).Namespace(corev1beta1.DefaultNamespace).Get(ctx, m.Cluster(), metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("credentials for %s: %w", m.Cluster(), err)
	}
	cluster := &corev1beta1.KubeFedCluster{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, cluster); err != nil {
		return "", fmt.Errorf("credentials for %s: %w", m.Cluster(), err)
	}
	client, err := kubernetes.NewForConfig(g.host.Config())
	if err != nil {
		return "", err
	}
	secret, err := client.CoreV1().Secrets(cluster.Namespace).Get(ctx, cluster.Spec.SecretRef.Name, metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("credentials for %s: %w", m.Cluster(), err)
	}
	return string(secret.Data[corev1beta1.TokenKey]), nil
}

// defineBare makes the host serve the federated kind of the bare loop.
func (g *ground) defineBare(ctx context.Context) error {
	client, err := dynamic.NewForConfig(g.host.Config())
	if err != nil {
		return err
	}
	kind := bare().kind
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(kind.Definition())
	if err != nil {
		return err
	}
	delete(content, "status")
	_, err = client.Resource(apiextensionsv1.SchemeGroupVersion.WithResource("customresourcedefinitions")).
		Create(ctx, &unstructured.Unstructured{Object: content}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	objects := client.Resource(kind.Federated().GroupVersionResource())
	return wait.PollUntilContextTimeout(ctx, pollPeriod, time.Minute, true, func(ctx context.Context) (bool, error) {
		_, err := objects.List(ctx, metav1.ListOptions{})
		return err == nil, nil // until it is served
	})
}

// direct are members of a ground, as a registry that is changed by its caller.
type direct struct {
	*federation.Members
	ground *ground
}

// Config implements push.Clusters.
func (d direct) Config(name federation.ClusterName) (*rest.Config, error) {
	for _, m := range d.ground.members {
		if m.Cluster() == string(name) {
			return m.Config(), nil
		}
	}
	return nil, fmt.Errorf("%s: %w", name, federation.ErrClusterNotFound)
}
