package renewal

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/steady"
)

func secrets() schema.GroupVersionResource { return corev1.SchemeGroupVersion.WithResource("secrets") }

func (c *Controller) makeInformers() error {
	c.clusters, c.secrets = c.informer(corev1beta1.KubeFedClusters()), c.informer(secrets())
	return errors.Join(c.clusters.SetTransform(onlyReference), c.secrets.SetTransform(onlyToken))
}

func (c *Controller) informer(resource schema.GroupVersionResource) cache.SharedIndexInformer {
	objects := c.host.Resource(resource).Namespace(c.options.Namespace)
	return cache.NewSharedIndexInformer(steady.ListWatch(objects, c.troubled), &unstructured.Unstructured{}, 0, cache.Indexers{})
}

// troubled is told that the host cannot be watched. It is asked again and again.
func (c *Controller) troubled(_ context.Context, reason error) {
	c.options.Logger.Info("host cannot be watched, no token is renewed", "reason", reason.Error())
}

// onlyReference forgets all of a KubeFedCluster but who it is, and its Secret.
func onlyReference(object any) (any, error) {
	u, ok := object.(*unstructured.Unstructured)
	if !ok {
		return object, nil
	}
	k := kept(u)
	return k, unstructured.SetNestedField(k.Object, secretOf(u), "spec", "secretRef", "name")
}

// onlyToken forgets all of a Secret but who it is, and its token if that is to be
// renewed.
func onlyToken(object any) (any, error) {
	u, ok := object.(*unstructured.Unstructured)
	if !ok {
		return object, nil
	}
	k := kept(u)
	account, renewed := u.GetAnnotations()[corev1beta1.RenewTokenAnnotation]
	if !renewed {
		return k, nil
	}
	k.SetAnnotations(map[string]string{corev1beta1.RenewTokenAnnotation: account})
	token, _, _ := unstructured.NestedString(u.Object, "data", corev1beta1.TokenKey)
	return k, unstructured.SetNestedField(k.Object, token, "data", corev1beta1.TokenKey)
}

// kept is who an object is.
func kept(u *unstructured.Unstructured) *unstructured.Unstructured {
	k := &unstructured.Unstructured{Object: map[string]any{}}
	k.SetNamespace(u.GetNamespace())
	k.SetName(u.GetName())
	k.SetUID(u.GetUID())
	k.SetResourceVersion(u.GetResourceVersion())
	return k
}

// secretOf is the name of a KubeFedCluster's Secret.
func secretOf(cluster *unstructured.Unstructured) string {
	name, _, _ := unstructured.NestedString(cluster.Object, "spec", "secretRef", "name")
	return name
}

// subject is a Secret whose token is to be renewed, as it was seen last.
type subject struct {
	secret  *unstructured.Unstructured
	cluster *unstructured.Unstructured
}

// find is the Secret of that name, if its token is to be renewed and a cluster
// refers to it. Of several the first by name counts: they are one cluster, or the
// token would not do.
func (c *Controller) find(name string) (subject, bool) {
	obj, _, _ := c.secrets.GetStore().GetByKey(c.options.Namespace + "/" + name)
	secret, there := obj.(*unstructured.Unstructured)
	if !there || len(secret.GetAnnotations()) == 0 {
		return subject{}, false
	}
	var referring []*unstructured.Unstructured
	for _, obj := range c.clusters.GetStore().List() {
		if u, ok := obj.(*unstructured.Unstructured); ok && secretOf(u) == name {
			referring = append(referring, u)
		}
	}
	if len(referring) == 0 {
		return subject{}, false
	}
	first := slices.MinFunc(referring, func(a, b *unstructured.Unstructured) int { return strings.Compare(a.GetName(), b.GetName()) })
	return subject{secret: secret, cluster: first}, true
}

func (s subject) token() string {
	encoded, _, _ := unstructured.NestedString(s.secret.Object, "data", corev1beta1.TokenKey)
	decoded, _ := base64.StdEncoding.DecodeString(encoded) // the API server has checked it
	return strings.TrimSpace(string(decoded))
}
