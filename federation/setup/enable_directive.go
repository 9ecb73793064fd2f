package setup

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// directive is a wish in a file, as KubeFed had it. It is never on an API server.
type directive struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		TargetVersion    string `json:"targetVersion"`
		FederatedGroup   string `json:"federatedGroup"`
		FederatedVersion string `json:"federatedVersion"`
	} `json:"spec"`
}

// DirectivesOf reads wishes from YAML or JSON documents of the kind
// EnableTypeDirective. A field that there is not is an error.
func DirectivesOf(content []byte) ([]Wish, error) {
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	var wishes []Wish
	for n := 1; ; n++ {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", n, err)
		}
		if body, err := yaml.YAMLToJSON(document); err == nil && string(body) == "null" {
			continue // nothing but comments
		}
		wish, err := directiveOf(document)
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", n, err)
		}
		wishes = append(wishes, wish)
	}
	if len(wishes) == 0 {
		return nil, errors.New("there is no EnableTypeDirective in it")
	}
	return wishes, nil
}

func directiveOf(document []byte) (Wish, error) {
	var d directive
	if err := yaml.UnmarshalStrict(document, &d); err != nil {
		return Wish{}, err
	}
	switch {
	case d.Kind != "EnableTypeDirective" || d.GroupVersionKind().Group != corev1beta1.Group:
		return Wish{}, fmt.Errorf("want apiVersion %s and kind EnableTypeDirective, not %q and %q", corev1beta1.GroupVersion(), d.APIVersion, d.Kind)
	case d.Name == "":
		return Wish{}, errors.New("metadata.name: want the name of a type, such as deployments.apps")
	}
	return Wish{Name: d.Name, Version: d.Spec.TargetVersion,
		Federated: schema.GroupVersion{Group: d.Spec.FederatedGroup, Version: d.Spec.FederatedVersion}}, nil
}
