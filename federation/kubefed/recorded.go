package kubefed

import (
	"cmp"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// ClusterOf is what a KubeFedCluster says of its member, for whoever runs no
// [Registry]: nobody is asked, and the member is as ready as it was when that was
// written down last. Its Connection is empty.
func ClusterOf(object *corev1beta1.KubeFedCluster) federation.Cluster {
	known := initial(recorded(object.Status.Conditions))
	c := federation.Cluster{
		Name:    federation.ClusterName(object.Name),
		Labels:  labels.Set(object.Labels),
		Ready:   known.OK,
		Message: known.Message,
		Turned:  turned(object.Status.Conditions),
		Taints:  taints(object.Spec),
		Leaving: leaving(object),
		Region:  cmp.Or(object.Spec.Region, object.Status.Region),
		Zones:   object.Spec.Zones,
	}
	if len(c.Zones) == 0 {
		c.Zones = object.Status.Zones
	}
	return c
}

// ConfigOf is [ConfigWith] without options: programs that the Secret names are not
// run.
func ConfigOf(object *corev1beta1.KubeFedCluster, secret *corev1.Secret) (*rest.Config, error) {
	return ConfigWith(ConfigOptions{}, object, secret)
}

// ConfigOptions are options of [ConfigWith].
type ConfigOptions struct {
	// Exec says whether a program may run that the Secret names; default ExecRefuse.
	Exec ExecPolicy
}

// ConfigWith says how to reach a member, from its KubeFedCluster and the Secret that
// this refers to, for whoever runs no [Registry]. A nil Secret is one that is not
// there. Clients that are made of the same config share connections. There is no
// limit on the rate of requests and no timeout. The error names each field that cannot
// be understood, and how to mend it.
func ConfigWith(options ConfigOptions, object *corev1beta1.KubeFedCluster, secret *corev1.Secret) (*rest.Config, error) {
	s, settingsErr := readSettings(object.Spec)
	stored, convertErr := contentOf(secret)
	value, valueErr := readCredential(stored, object.Spec.SecretRef, options.Exec)
	if err := errors.Join(options.Exec.validate(), settingsErr, convertErr, valueErr); err != nil {
		return nil, fmt.Errorf("KubeFedCluster %q: %w", object.Name, err)
	}
	return s.link(value).config(), nil
}

func contentOf(secret *corev1.Secret) (*unstructured.Unstructured, error) {
	if secret == nil {
		return &unstructured.Unstructured{Object: map[string]any{}}, nil
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(secret)
	return &unstructured.Unstructured{Object: content}, err
}
