package migrate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// fieldManager owns what a migration writes.
const fieldManager = "fedctl"

// backUp writes down what is there: what a way back needs into the ConfigMap, and that
// with the definitions into a file. Secrets are in neither.
func (m Migration) backUp(ctx context.Context, state State) (string, error) {
	if state.Has(BackUp) {
		return fmt.Sprintf("was written at %s, to %s", state.Done[BackUp].Format(time.RFC3339), state.File), nil
	}
	kept, err := whatStops(ctx, m.Host)
	if err != nil {
		return "", err
	}
	content, err := yaml.Marshal(contents(kept))
	if err != nil {
		return "", err
	}
	if err := m.keep(ctx, map[string]string{keptKey: string(content)}); err != nil {
		return "", err
	}
	file, err := m.writeFile(ctx, kept)
	if err != nil {
		return "", fmt.Errorf("backup: %w", err)
	}
	return "written to " + file, m.keep(ctx, map[string]string{fileKey: file, string(BackUp): now()})
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }

// mark says that a step is done.
func (m Migration) mark(ctx context.Context, step Step) error {
	return m.keep(ctx, map[string]string{string(step): now()})
}

// keep adds to the ConfigMap.
func (m Migration) keep(ctx context.Context, data map[string]string) error {
	content := map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": StateName}, "data": data}
	body, err := json.Marshal(content)
	if err != nil {
		return err
	}
	client := configMaps().at(m.Host.Dynamic, m.Host.Namespace)
	_, err = client.Patch(ctx, StateName, types.MergePatchType, body, metav1.PatchOptions{FieldManager: fieldManager})
	if apierrors.IsNotFound(err) {
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(body); err != nil {
			return err
		}
		_, err = client.Create(ctx, object, metav1.CreateOptions{FieldManager: fieldManager})
	}
	if err != nil {
		return fmt.Errorf("host: ConfigMap %s/%s: %w", m.Host.Namespace, StateName, err)
	}
	return nil
}

// whatStops is what the step Stop changes, as it is before.
func whatStops(ctx context.Context, h *host.Host) ([]*unstructured.Unstructured, error) {
	p, err := PlaneOf(ctx, h)
	if err != nil {
		return nil, err
	}
	var kept []*unstructured.Unstructured
	for _, d := range p.Deployments {
		found, err := deployments().at(h.Dynamic, h.Namespace).Get(ctx, d.Name, metav1.GetOptions{})
		if err != nil {
			return nil, fmt.Errorf("host: Deployment %s: %w", d.Name, err)
		}
		kept = append(kept, applicable(found))
	}
	for _, w := range p.Webhooks {
		kept = append(kept, applicable(w.Object))
	}
	return kept, nil
}

// applicable is an object as somebody would write it.
func applicable(o *unstructured.Unstructured) *unstructured.Unstructured {
	o = o.DeepCopy()
	delete(o.Object, "status")
	for _, field := range []string{"managedFields", "resourceVersion", "uid", "generation", "creationTimestamp"} {
		unstructured.RemoveNestedField(o.Object, "metadata", field)
	}
	return o
}

func contents(objects []*unstructured.Unstructured) []map[string]any {
	all := make([]map[string]any, len(objects))
	for i, o := range objects {
		all[i] = o.Object
	}
	return all
}

// writeFile writes what there is to a new file, and returns its name.
func (m Migration) writeFile(ctx context.Context, kept []*unstructured.Unstructured) (string, error) {
	all, err := list(ctx, m.Host, definitions(), "")
	if err != nil {
		return "", err
	}
	for i := range all {
		if ofFederation(&all[i]) {
			kept = append(kept, applicable(&all[i]))
		}
	}
	name := m.Backup
	if name == "" {
		name = fmt.Sprintf("%s-%s.yaml", m.Host.Namespace, time.Now().UTC().Format("20060102-150405"))
	}
	var content bytes.Buffer
	for _, o := range kept {
		document, err := yaml.Marshal(o.Object)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&content, "---\n%s", document)
	}
	return name, writeNew(name, content.Bytes())
}

// ofFederation says whether a definition is of a kind of KubeFed.
func ofFederation(definition *unstructured.Unstructured) bool {
	group, _, _ := unstructured.NestedString(definition.Object, "spec", "group")
	return strings.HasSuffix(group, ".kubefed.io")
}

// writeNew writes a file that is not there yet, and leaves none behind that is not
// complete.
func writeNew(name string, content []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return fmt.Errorf("%s is there already: --backup chooses another file", name)
	}
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		_ = os.Remove(name) // it is ours, and not complete
	}
	return err
}
