package migrate

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// StateName is the ConfigMap in the system namespace that says how far a migration has
// come, and that has what a way back needs.
const StateName = "fedrail-migration"

// Step is a step of a migration.
type Step string

// The steps, in their order.
const (
	BackUp Step = "backup" // what is there is written down
	Stop   Step = "stop"   // KubeFed stops, and nobody calls its webhooks
	Define Step = "define" // the definitions are those of this program
	Carry  Step = "carry"  // a controller of ours carries what KubeFed carried
	Finish Step = "finish" // what KubeFed left is deleted; there is no way back
)

// Steps are all of them, in their order.
func Steps() []Step { return []Step{BackUp, Stop, Define, Carry, Finish} }

// State is how far a migration has come.
type State struct {
	Begun bool
	// Done says when each step was done.
	Done map[Step]time.Time
	// Kept is what a way back needs: deployments, and webhook configurations.
	Kept []*unstructured.Unstructured
	// NoWayBack is when the last step was begun; zero is that it was not.
	NoWayBack time.Time
	// File is where the rest was written, on the machine on which the migration was
	// begun.
	File string
}

// Has says whether a step is done.
func (s State) Has(step Step) bool { return !s.Done[step].IsZero() }

// Last is the last step that is done; empty is none.
func (s State) Last() Step {
	last := Step("")
	for _, step := range Steps() {
		if s.Has(step) {
			last = step
		}
	}
	return last
}

// Keys of the ConfigMap beside those of the steps.
const (
	keptKey  = "kept.yaml"
	fileKey  = "backup-file"
	begunKey = "no-way-back"
)

// StateOf reads how far a migration has come.
func StateOf(ctx context.Context, h *host.Host) (State, error) {
	found, err := configMaps().at(h.Dynamic, h.Namespace).Get(ctx, StateName, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return State{}, nil
	case err != nil:
		return State{}, fmt.Errorf("host: ConfigMap %s/%s: %w", h.Namespace, StateName, err)
	}
	return readState(found)
}

func readState(object *unstructured.Unstructured) (State, error) {
	data, _, err := unstructured.NestedStringMap(object.Object, "data")
	s := State{Begun: true, Done: map[Step]time.Time{}, File: data[fileKey]}
	for _, step := range Steps() {
		if text := data[string(step)]; text != "" && err == nil {
			s.Done[step], err = time.Parse(time.RFC3339, text)
		}
	}
	if text := data[begunKey]; text != "" && err == nil {
		s.NoWayBack, err = time.Parse(time.RFC3339, text)
	}
	if err == nil {
		s.Kept, err = decode([]byte(data[keptKey]))
	}
	if err != nil {
		return State{}, fmt.Errorf("host: ConfigMap %s/%s: %w", object.GetNamespace(), StateName, err)
	}
	return s, nil
}

// decode reads a list of objects.
func decode(content []byte) ([]*unstructured.Unstructured, error) {
	body, err := yaml.YAMLToJSON(content)
	if err != nil {
		return nil, err
	}
	var list []map[string]any
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, err
	}
	objects := make([]*unstructured.Unstructured, len(list))
	for i := range list {
		objects[i] = &unstructured.Unstructured{Object: list[i]}
	}
	return objects, nil
}
