package plane

import (
	"context"
	"errors"
	"fmt"
	"os"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// ReadConfig reads a KubeFedConfig from a YAML file, fills in the defaults and
// validates it. The error names the file, and the field that is wrong. What
// namespace the file says does not matter: it is set to the one given.
func ReadConfig(path, namespace string) (*corev1beta1.KubeFedConfig, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	config := &corev1beta1.KubeFedConfig{}
	if err := decode(content, config); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	config.Name, config.Namespace = corev1beta1.ConfigName, namespace
	config = config.WithDefaults()
	if err := config.Validate().ToAggregate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return config, nil
}

// decode refuses fields that there are not, by their path.
func decode(content []byte, into any) error {
	content, err := yaml.YAMLToJSONStrict(content)
	if err != nil {
		return err
	}
	unknown, err := json.UnmarshalStrict(content, into)
	return errors.Join(append(unknown, err)...)
}

// LoadConfig reads the KubeFedConfig of the namespace from the host, fills in
// the defaults and validates it. Where there is none yet, one with the defaults
// and of scope Cluster is created. The error names the field that is wrong, or
// what to do on a host on which nothing is installed.
func LoadConfig(ctx context.Context, host *rest.Config, namespace string) (*corev1beta1.KubeFedConfig, error) {
	host, open := closable(host)
	defer open.CloseAll()
	client, err := dynamic.NewForConfig(host)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	object, err := getOrCreate(ctx, client.Resource(corev1beta1.KubeFedConfigs()).Namespace(namespace))
	if err != nil {
		return nil, fmt.Errorf("KubeFedConfig %q: %w", namespace+"/"+corev1beta1.ConfigName, explain(err, namespace))
	}
	config := &corev1beta1.KubeFedConfig{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, config); err != nil {
		return nil, fmt.Errorf("KubeFedConfig %q: %w", namespace+"/"+corev1beta1.ConfigName, err)
	}
	config = config.WithDefaults()
	if err := config.Validate().ToAggregate(); err != nil {
		return nil, fmt.Errorf("KubeFedConfig %q: %w", namespace+"/"+corev1beta1.ConfigName, err)
	}
	return config, nil
}

// getOrCreate works for several instances that start at a time.
func getOrCreate(ctx context.Context, configs dynamic.ResourceInterface) (*unstructured.Unstructured, error) {
	object, err := configs.Get(ctx, corev1beta1.ConfigName, metav1.GetOptions{})
	if !apierrors.IsNotFound(err) {
		return object, err
	}
	object, err = configs.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": corev1beta1.GroupVersion().String(),
		"kind":       "KubeFedConfig",
		"metadata":   map[string]any{"name": corev1beta1.ConfigName},
		"spec":       map[string]any{"scope": string(federation.ClusterScoped)},
	}}, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return configs.Get(ctx, corev1beta1.ConfigName, metav1.GetOptions{})
	}
	return object, err
}

// explain adds what to do when the host does not know the kind or the namespace.
func explain(err error, namespace string) error {
	if apierrors.IsNotFound(err) {
		return fmt.Errorf("%w: the host has no namespace %q or no definition of KubeFedConfig; run \"fedctl install\"", err, namespace)
	}
	return err
}
